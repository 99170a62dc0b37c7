"""Reading what a model answers: its vote, whatever way it is said, and its reasons."""
