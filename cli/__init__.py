"""The command line, and with it the only place that puts the core and the adapters together."""

FAILED, WRONG_USE, INTERRUPTED = 1, 2, 130  # exit codes
