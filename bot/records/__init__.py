"""The records of a poll under one name: the one door to them."""

from bot.records.ballot import HIGHEST, LOWEST, Ballot, Score, Source, StandIn
from bot.records.grouping import Answer, Grouping, fold
from bot.records.material import MAX_FILES, MAX_IMAGE, MAX_IMAGES, MAX_TEXT, Kind, Linked, Material
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
from bot.records.record import Paid, Record
from bot.records.session import (
    Argument,
    Entry,
    PeopleSaid,
    PersonsBallot,
    Session,
    Setback,
    Status,
    Stop,
    Summary,
    new_id,
)
from bot.records.tally import Count, Scores, Tally
from bot.records.verdict import Label, Verdict
