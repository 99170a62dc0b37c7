"""The chair: what it may say of a poll, and how it groups the positions of an open question."""
