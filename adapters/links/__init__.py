"""Reading the pages that a question links to: implements the Reader port."""
