# The image of roundtable: the locked dependencies first, since they change least, the code last.

FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /app/.venv
COPY requirements/tools.txt requirements/run.txt requirements/embedded.txt requirements/
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/tools.txt \
    && .venv/bin/uv pip install --python .venv/bin/python --require-hashes -r requirements/run.txt \
    && .venv/bin/uv pip install --python .venv/bin/python --require-hashes --no-deps \
        -r requirements/embedded.txt
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY adapters adapters
COPY cli cli
RUN .venv/bin/uv pip install --python .venv/bin/python --no-deps --no-build-isolation . \
    && .venv/bin/uv pip uninstall --python .venv/bin/python uv

FROM python:3.12-slim
# Installed into the environment, so the checkout's folders are not needed here.
COPY --from=build /app/.venv /app/.venv
RUN useradd --create-home --uid 10001 roundtable && mkdir /data && chown roundtable /data
ENV PATH=/app/.venv/bin:$PATH ROUNDTABLE_DATA=/data PYTHONUNBUFFERED=1
USER roundtable
WORKDIR /home/roundtable
VOLUME /data
HEALTHCHECK --interval=30s --timeout=10s --start-period=20s \
    CMD ["roundtable", "check", "--no-models"]
ENTRYPOINT ["roundtable"]
CMD ["serve"]
