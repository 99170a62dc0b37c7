"""How far votes, verdicts and summaries can be trusted, as figures; `make evals` prints them."""
