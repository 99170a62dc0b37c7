"""Chat platforms: each implements the Messenger port."""
