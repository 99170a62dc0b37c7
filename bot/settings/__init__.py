"""The configuration: its types, its reading, and the one of who has written none."""
