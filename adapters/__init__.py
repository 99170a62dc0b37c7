"""The outside world: one folder for each port of `bot/ports.py`."""
