"""Servers that come with roundtable, so that nothing has to be set up to try it."""
