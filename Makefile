# make demo    one real poll in the terminal; Q="Tabs or spaces? | Tabs | Spaces" asks something else
# make test    format, lint, types and all tests
# make evals   how far votes and summaries can be trusted, as tables; fails where a bar is missed
# make lock    renew the lock files from pyproject.toml
# make clean   remove the environment
# Everything is installed into .venv from hashed lock files; nothing else is touched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
# Trust what the machine trusts, as pip does: a company's proxy may sign with a certificate of its own.
export UV_SYSTEM_CERTS ?= true
INSTALL := $(UV) pip install --quiet --python $(BIN)/python --require-hashes
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url \
	--no-emit-find-links --no-header --python-version 3.11

# The question as it was typed: make itself would expand what follows a dollar sign.
ifdef Q
override Q := $(value Q)
export Q
endif

.PHONY: demo test evals lock clean

demo: $(VENV)/.run
	@$(BIN)/roundtable demo $${Q:+-- "$$Q"}

test: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest

evals: $(VENV)/.run
	@$(BIN)/python -m evals

$(VENV)/.tools: requirements/tools.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "roundtable needs Python 3.11 or newer; name one with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
		echo "This Python cannot make environments; install its venv package (python3-venv)." >&2; exit 1; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/.run: $(VENV)/.tools requirements/run.txt requirements/embedded.txt pyproject.toml
	$(INSTALL) -r requirements/run.txt
	$(INSTALL) --no-deps -r requirements/embedded.txt
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	$(INSTALL) -r requirements/dev.txt
	@touch $@

lock: $(VENV)/.tools
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --group dev --output-file requirements/dev.txt
	$(COMPILE) pyproject.toml --group benchmarks --output-file requirements/benchmarks.txt
	$(COMPILE) --group embedded --no-deps --output-file requirements/embedded.txt
	$(COMPILE) --group tools --output-file requirements/tools.txt

clean:
	rm -rf $(VENV)
