"""What polls cost: bounded before, added up after, and capped."""
