"""The records of a poll under one name; each stands in a file of its own in bot/records/."""

from bot.records.ballot import Ballot, Score, Source, StandIn
from bot.records.grouping import Grouping
from bot.records.material import Linked, Material
from bot.records.outcome import Argument, Count, Scores, Summary, Verdict
from bot.records.poll import (
    LETTERS,
    MAX_OPTION,
    MAX_OPTIONS,
    MAX_QUESTION,
    MAX_ROUNDS,
    MIN_OPTIONS,
    Mode,
    Option,
    Poll,
    Remark,
    Shape,
)
from bot.records.post import Place, Post, Receipt
from bot.records.record import Record
from bot.records.session import Session, Status, new_id
from bot.records.tally import Tally
from bot.records.words import PersonsVote, Stop, Words

__all__ = [
    "LETTERS",
    "MAX_OPTION",
    "MAX_OPTIONS",
    "MAX_QUESTION",
    "MAX_ROUNDS",
    "MIN_OPTIONS",
    "Argument",
    "Ballot",
    "Count",
    "Grouping",
    "Linked",
    "Material",
    "Mode",
    "Option",
    "PersonsVote",
    "Place",
    "Poll",
    "Post",
    "Receipt",
    "Record",
    "Remark",
    "Score",
    "Scores",
    "Session",
    "Shape",
    "Source",
    "StandIn",
    "Status",
    "Stop",
    "Summary",
    "Tally",
    "Verdict",
    "Words",
    "new_id",
]
