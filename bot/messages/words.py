"""The words of the product in one table, so that a language more is one table more.

They are grouped by what they speak of. Templates name their fields; `{who}` is one name or several,
`{option}` the words of an option, `{why}` a reason without its full stop.
"""

from collections.abc import Mapping
from typing import NamedTuple

from bot.records import Label, Mode, Record, Shape


class Plural(NamedTuple):
    """A template for one thing, and one for several."""

    one: str
    many: str

    def format(self, *, number: int, **fields: object) -> str:
        return (self.one if number == 1 else self.many).format(number=number, **fields)


class PollWords(Record):
    """What the root message tells of a poll, and how far each panelist is."""

    asked_by: str = "Asked by {who}"
    given: str = "Given to the panel: {things}"
    messages: Plural = Plural("{number} message of the thread", "{number} messages of the thread")
    unread: str = "{name} (not read: {why})"
    image: str = "{name} (image)"
    text: str = "{name} ({length:,} characters)"
    beginning: str = "{name} (the first {kept:,} of {length:,} characters)"
    may_cost: str = "May cost up to {usd}{but}."
    but_unpriced: str = "; there is no price for {who}"
    may_cost_anything: str = "What it may cost is not known: there is no price for {who}."
    answered: str = "{done} of {all} have answered"
    in_round: str = " in round {number}"
    confirmed: str = "{done} have confirmed what their answer is"
    stopped: str = "Stopped by {who}"
    broken_off: str = "The poll was broken off."
    why_broken_off: str = "The poll was broken off: roundtable failed, and its log has more."
    thinking: str = "is thinking"
    abstains: str = "abstains"
    passed_over: str = "was not waited for"
    advocate: str = "argues for {option}, as devil's advocate"
    people: str = "People: {camps}"
    counts: str = "Round {number}: {counts}"


class BallotWords(Record):
    """What stands in the thread, above all in a panelist's reply."""

    new_round: str = "Round {number} of {rounds}: each now sees what the others say."
    votes: str = "Votes"
    no_reason: str = "It gave no reason."
    abstains: str = "Abstains: {why}."
    unexplained: str = "no reason given"
    stands: str = "No vote in this round: {why}. Its vote for {option} stands."
    put_to: str = "Put to {name}, because {who} did not answer: {why}."
    answered_by: str = "Answered by {name}, because {who} did not answer: {why}."
    first: str = "Votes for the first time"
    keeps: str = "Keeps its vote"
    changed: str = "Changed from {option}"
    task: str = "As devil's advocate, by assignment, for {option}: no vote."
    own_vote: str = " Its own vote for {option} stands."
    confidence: str = "Confidence: {percent} %"
    sources: str = "Sources:"
    more_sources: str = "and {number} more"
    # Of an open question: the answers, and where a panelist finds its own.
    grouped: str = (
        "{who} grouped the positions; each panelist now confirms its place or corrects it."
    )
    ungrouped: str = (
        "Nobody grouped the positions: those that are the same word for word are one answer."
    )
    uncounted: str = "Is counted nowhere: {why}."
    unstated: str = "no answer states its position"
    unconfirmed: str = "Did not confirm ({why}); counted as put: {option}"
    alone: str = "Stands alone: no other answer states its position"
    confirms: str = "Confirms: {option}"
    corrects: str = "Corrects: what it meant is {option}"


class VerdictWords(Record):
    """The line of a verdict; `{abstained}` begins with its own comma."""

    labels: Mapping[Label, str] = {label: label.value for label in Label}  # as the JSON has them
    line: str = "{label} — {leaders} ({figures}{each}{abstained}){one_to_one}"
    nobody_voted: str = "{label} — nobody voted{abstained}"
    nobody_answered: str = "{label} — nobody answered{abstained}"
    abstained: str = ", {number} abstained"
    each: str = " each"
    votes: Plural = Plural("{most}/{number} vote", "{most}/{number} votes")
    approvals: str = "approved by {most} of {voters}"
    last_round: str = " in round {number} of the run-off"
    mean: str = "{mean:.1f} of 10"
    spread: str = ", from {lowest} to {highest}"
    preferred: str = ", and preferred to every other option one to one"
    other_preferred: str = "; one to one, {option} is preferred to every other option"
    only_answer: str = "Answer: {leaders} (the only model that answered{abstained})"
    common_answer: str = "Answer: {leaders} ({most} of {voters} models agreed{abstained})"
    several_answers: str = "No common answer: {leaders} ({most} of {voters} models each{abstained})"
    no_answer: str = "No common answer ({voters} models, as many answers{abstained})"


class SummaryWords(Record):
    """What the summary says in our own words, and what stands around it."""

    by_chair: str = "Summary by {who}"
    by_nobody: str = "Summary made from the ballots"
    title: str = "Summary"
    ballots: str = "Ballots"
    counsel: str = "; counter-arguments by {who}"
    counterpoint: str = "Counterpoint: {text}"
    unpinned: str = "Not pinned: {why}."
    thread: str = "The whole thread"
    cost: str = "cost {usd} for {tokens:,} tokens"
    cost_unpriced: str = "cost {usd} for {tokens:,} tokens, since the price of {who} is not known"
    and_more: str = "{usd} and more"
    unknown_sum: str = "an unknown sum"
    no_model_voted: str = "No model voted."
    no_panelist_voted: str = "No panelist cast a vote"
    all: str = "All models"
    all_voters: str = "All models that voted"
    agreed: str = "{who} agreed on {option}"
    answered: str = "{who} answered {option}"
    dissented: str = "{who} dissented"
    abstained: str = "{who} abstained"
    no_reason: str = "no reason given."
    nobody: str = "No model"  # with `this_option`, what no ballot puts above the others
    this_option: str = "this option"
    hinges: str = "{unchosen}, but the potential counter-argument hinges on "
    nobody_moved: str = "Nobody changed its vote."
    came_to: str = "{who} came to {option}"
    moved: str = "{who} changed from {before} to {option}"
    persuaded: str = ", persuaded by {persuader}"
    voted: Mapping[Shape, str] = {
        Shape.SINGLE: "voted for {marks}",
        Shape.APPROVAL: "approved {marks}",
        Shape.RANKING: "ranked {marks}",
        Shape.SCORE: "scored {marks}",
    }
    favoured: Mapping[Shape, str] = {
        Shape.SINGLE: "{who} chose {option}",
        Shape.APPROVAL: "{who} approved {option}",
        Shape.RANKING: "{who} ranked {option} first",
        Shape.SCORE: "{who} scored {option} highest",
    }
    position: str = "answered: {text}"  # to an open question
    abstention: str = "abstained"
    then: str = ", then "  # between the options of a ranking


class FormWords(Record):
    """What can be chosen when a poll is asked, and what its fields are for."""

    modes: Mapping[Mode, str] = {
        Mode.POLL: "Everybody answers alone",
        Mode.DEBATE: "A debate: they hear each other and may change their vote",
        Mode.OPEN: "An open question: each states a position of its own",
    }
    shapes: Mapping[Shape, str] = {
        Shape.SINGLE: "One option",
        Shape.APPROVAL: "Every option that it approves",
        Shape.RANKING: "All options, the best first",
        Shape.SCORE: "A score from 1 to 10 for each option",
    }
    fields: Mapping[str, str] = {
        "question": "What is asked; leave it out for a form",
        "options": "What there is to choose from: Yes | No",
        "mode": "Once, in rounds in which each sees what the others say, or without options",
        "panel": "Who is asked",
        "rounds": "Of a debate, at the most",
        "vote": "What each marks: one option, all it approves, all in order, or scores",
    }


class ButtonWords(Record):
    stop: str = "Stop"
    again: str = "Ask again"
    debate: str = "Debate it"
    share: str = "Share"
    my_vote: str = "My vote"


class AloneWords(Record):
    """What one person is told alone; `usage` is Markdown."""

    title: str = "Put a question to a panel of models"
    usage: str = """\
{ask} Will open models keep up? | Yes | No

Without options it is a question of Yes or No; up to ten fit. Put a field in double quotes if it \
holds a bar. Before the question you may write `--panel NAME`, `--mode debate --rounds 3`, \
`--mode open` for a question without options, and `--vote approval`, `ranking` or `score`."""
    commands: Mapping[str, str] = {
        "history": "the newest polls of this channel",
        "show ID": "a poll again, with its verdict and summary",
        "panels": "who can be asked",
        "stop": "wait for no more answers to your poll",
        "help": "this text",
    }
    history: str = "The newest polls of this channel"
    no_history: str = "No poll has been asked in this channel yet."
    panels: str = "Who can be asked"
    shared_by: str = "Shared by {who}"
    known: str = "This was asked here before: {verdict}."
    running: str = "It is still running"
    open_thread: str = "Open the thread"


class Words(Record):
    """Everything that people read and no model wrote; what is not given is English."""

    columns: tuple[str, str] = ("Option", "Votes")
    whole_text: str = "The whole text is in the file."
    exported: str = "Session {id}, {when:%Y-%m-%d %H:%M} UTC"
    poll: PollWords = PollWords()
    ballot: BallotWords = BallotWords()
    verdict: VerdictWords = VerdictWords()
    summary: SummaryWords = SummaryWords()
    buttons: ButtonWords = ButtonWords()
    form: FormWords = FormWords()
    alone: AloneWords = AloneWords()


ENGLISH = Words()
