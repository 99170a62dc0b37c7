"""Running sessions: the workflow, its journal, and the desk where people are served."""
