"""A panelist and its ballot: what it is asked, and how its answer is read."""
