"""The command line, and with it the only place that puts the core and the adapters together."""
