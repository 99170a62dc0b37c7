"""The core of roundtable: polls, panels, verdicts and the engine that runs them."""

__version__ = "0.1.0"
