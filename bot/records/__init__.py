"""The records of a poll by noun; `bot.poll` gives them all."""
