"""Session stores: each implements the SessionStore port."""
