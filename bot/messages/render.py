"""What people read of a session, message by message."""

from collections.abc import Sequence
from urllib.parse import quote

from bot.markdown import escape
from bot.messages import pieces, progress, recap
from bot.messages.words import ENGLISH
from bot.money import ledger
from bot.money.price import dollars
from bot.records import LETTERS, Ballot, Grouping, Mode, Poll, Session, Source, Status, Summary
from bot.wording import join

SUMMARY = "summary"  # the key of the message that closes the poll
THREAD = ("ballot:", "round:")  # what the keys of messages in the thread begin with
PIN = "pin"  # the key of the receipt that tells how pinning the summary went

SHOWN = 5  # sources; the others are counted
MAX_TITLE = 100  # characters
KEPT = ":/?#[]@!$&'*+,;=%~"  # what stands in an address for itself, beside letters and digits


def thread(session: Session) -> list[pieces.Message]:
    """Return every message of the session so far, in the order in which people would read them."""
    messages = [root(session)]
    for number in range(1, session.last_round + 1):
        messages += [new_round(session, number)] if number > 1 else []
        cast = session.ballots_of(number).values()
        messages += [ballot(session, one) for one in cast if posted(session, one)]
    return messages + ([summary(session, session.summary)] if session.summary else [])


def root(session: Session) -> pieces.Message:
    """Write the message that opens the thread and tells at every moment how the poll stands."""
    poll = session.poll
    asked_by = ENGLISH.poll.asked_by.format(who=poll.asked_by)
    return _message(
        session,
        "root",
        pieces.Heading(text=poll.question),
        *([pieces.faint(asked_by)] if poll.asked_by else []),
        *progress.given(poll),
        *progress.estimate(session),
        *progress.bars(poll, session.tally),
        progress.panelists(session),
        *progress.rounds(session),
        *progress.runoff(session),
        *progress.people(session),
        *progress.stopped(session),
        progress.state(session),
        _buttons(session),
    )


def broken_off(session: Session) -> pieces.Message:
    """Write what ends the thread of a poll that roundtable could not bring to its end."""
    return _message(session, "broken-off", pieces.bad(ENGLISH.poll.why_broken_off))


def _message(
    session: Session, key: str, *shown: pieces.Piece, author: str | None = None
) -> pieces.Message:
    return pieces.Message(session_id=session.id, key=key, pieces=shown, author=author)


def _buttons(session: Session) -> pieces.Buttons:
    """Offer what makes sense now: to stop what runs, to ask again what is over."""
    words, poll = ENGLISH.buttons, session.poll
    votes = [pieces.Button(act=pieces.Act.VOTE, label=o.text, value=o.letter) for o in poll.options]
    mine = pieces.Button(act=pieces.Act.MINE, label=words.my_vote)
    people = [*votes, mine] if poll.single_choice else []
    if session.status is Status.RUNNING and not session.verdict:
        acts = [] if session.words.stop else [(pieces.Act.STOP, words.stop)]
    else:
        debate = [(pieces.Act.DEBATE, words.debate)] if session.debatable else []
        acts = [(pieces.Act.AGAIN, words.again), *debate, (pieces.Act.SHARE, words.share)]
    controls = (pieces.Button(act=act, label=label) for act, label in acts)
    return pieces.Buttons(session_id=session.id, buttons=(*people, *controls))


def ballot(session: Session, cast: Ballot) -> pieces.Message:
    """Write one panelist's reply in the thread: what it chose first, then why."""
    said = _position(session, cast) if session.poll.mode is Mode.OPEN else _vote(session, cast)
    return _message(session, f"ballot:{cast.round}:{cast.panelist}", *said, author=cast.panelist)


def _vote(session: Session, cast: Ballot) -> list[pieces.Piece]:
    before = session.standing(cast.round - 1).get(cast.panelist)
    why: list[pieces.Piece] = [pieces.Prose(text=cast.reasoning)] if cast.reasoning else []
    if not cast.abstained:
        course = [_course(session.poll, before, cast)] if before else []
        head = [_choice(session.poll, cast), *_instead(cast), *course, *confidence(cast)]
        why = why or [pieces.Prose(text=ENGLISH.ballot.no_reason)]
    elif cast.assigned:
        head = [_task(session.poll, before, cast.assigned)]
    else:
        head = [_abstention(session.poll, before, cast), *_instead(cast)]
    return [*head, *why, *cited(cast.sources)]


def _choice(poll: Poll, cast: Ballot) -> pieces.Piece:
    if cast.choice:
        return pieces.Choice(letter=cast.choice, text=poll.text_of(cast.choice))
    did = recap.voted(poll, cast)
    return pieces.good(f"{did[0].upper()}{did[1:]}")


def _instead(cast: Ballot) -> list[pieces.Piece]:
    """Tell who was asked in the place of a panelist."""
    if not cast.stand_in:
        return []
    template = ENGLISH.ballot.put_to if cast.abstained else ENGLISH.ballot.answered_by
    name, why = cast.stand_in.name, cast.stand_in.reason
    return [pieces.faint(template.format(name=name, who=cast.panelist, why=why))]


def _course(poll: Poll, before: Ballot, cast: Ballot) -> pieces.Piece:
    """Tell what the debate did to a vote."""
    if before.choice is None:
        return pieces.faint(ENGLISH.ballot.first)
    if before.choice == cast.choice:
        return pieces.faint(ENGLISH.ballot.keeps)
    changed = ENGLISH.ballot.changed.format(option=poll.text_of(before.choice))
    return pieces.good(changed + recap.persuaded(cast))


def _task(poll: Poll, before: Ballot | None, letter: str) -> pieces.Piece:
    """Tell that what follows is a devil's advocate's task and no vote."""
    own = poll.text_of(before.choice) if before and before.choice else None
    stands = ENGLISH.ballot.own_vote.format(option=own) if own else ""
    return pieces.faint(ENGLISH.ballot.task.format(option=poll.text_of(letter)) + stands)


def _abstention(poll: Poll, before: Ballot | None, cast: Ballot) -> pieces.Piece:
    why = cast.error or ENGLISH.ballot.unexplained
    if before and before.choice:
        option = poll.text_of(before.choice)
        return pieces.Line(text=ENGLISH.ballot.stands.format(why=why, option=option))
    return pieces.bad(ENGLISH.ballot.abstains.format(why=why))


def confidence(cast: Ballot) -> list[pieces.Piece]:
    """Show how sure a panelist says it is, small."""
    if cast.confidence is None:
        return []
    return [pieces.faint(ENGLISH.ballot.confidence.format(percent=cast.confidence))]


def _position(session: Session, cast: Ballot) -> list[pieces.Piece]:
    """Write a position; in the second round, where it belongs."""
    why: list[pieces.Piece] = [pieces.Prose(text=cast.reasoning)] if cast.reasoning else []
    if cast.position is None:
        return [_abstention(session.poll, None, cast), *why]
    if cast.round > 1:
        return [pieces.faint(_placed(session, cast))]
    why = why or [pieces.Prose(text=ENGLISH.ballot.no_reason)]
    head = pieces.good(cast.position)
    return [head, *confidence(cast), *why, *cited(cast.sources)]


def _placed(session: Session, cast: Ballot) -> str:
    words = ENGLISH.ballot
    if cast.choice is None:
        return words.uncounted.format(why=cast.error or words.unstated)
    option = session.poll.text_of(cast.choice)
    if cast.error:
        return words.unconfirmed.format(why=cast.error, option=option)
    grouping = session.grouping
    answer = grouping.answers[LETTERS.index(cast.choice)] if grouping else None
    if answer and answer.own and answer.panelists == (cast.panelist,):
        return words.alone
    confirmed = answer and cast.panelist in answer.panelists
    return (words.confirms if confirmed else words.corrects).format(option=option)


def posted(session: Session, cast: Ballot) -> bool:
    """Tell whether a ballot has a reply of its own: not where nobody was asked for it."""
    asked = session.grouping is None or session.grouping.chair is not None
    return session.poll.mode is not Mode.OPEN or cast.round == 1 or asked


def cited(found: Sequence[Source]) -> list[pieces.Prose]:
    """List the sources; nothing where there is none."""
    if not found:
        return []
    words, hidden = ENGLISH.ballot, len(found) - SHOWN
    items = [f"- [{_title(source)}]({quote(source.url, safe=KEPT)})" for source in found[:SHOWN]]
    more = [f"- {words.more_sources.format(number=hidden)}"] if hidden > 0 else []
    return [pieces.Prose(text="\n".join([words.sources, "", *items, *more]))]


def _title(source: Source) -> str:
    title = source.title
    return escape(title if len(title) <= MAX_TITLE else f"{title[:MAX_TITLE].rstrip()} …")


def new_round(session: Session, number: int) -> pieces.Message:
    """Open one more round in the thread; of an open question with what the answers are."""
    told = ENGLISH.ballot.new_round.format(number=number, rounds=session.poll.rounds)
    grouped = _grouped(session.grouping) if session.grouping else [pieces.Line(text=told)]
    return _message(session, f"round:{number}", *grouped)


def _grouped(grouping: Grouping) -> list[pieces.Piece]:
    """Show the answers with who was put into them."""
    words = ENGLISH.ballot
    by = words.grouped.format(who=grouping.chair) if grouping.chair else words.ungrouped
    points = tuple(
        pieces.Point(letter=letter, option=answer.text, argument=join(answer.panelists))
        for letter, answer in zip(LETTERS, grouping.answers, strict=False)
        if answer.panelists
    )
    return [pieces.Line(text=by), pieces.Points(points=points)]


def summary(session: Session, written: Summary) -> pieces.Message:
    """Write the message that closes the poll, in the channel itself."""
    words, poll = ENGLISH.summary, session.poll
    points = tuple(
        pieces.Point(letter=a.letter, option=poll.text_of(a.letter), argument=a.argument)
        for a in written.strongest
        if a.chosen or poll.mode is not Mode.OPEN  # a group that nobody confirmed is gone
    )
    counter = words.counterpoint.format(text=written.counterpoint) if written.counterpoint else ""
    return _message(
        session,
        SUMMARY,
        pieces.Heading(text=poll.question),
        pieces.good(session.verdict.text if session.verdict else ""),
        pieces.Prose(text=written.narrative),
        pieces.Line(text=written.agreement),
        *progress.moves(session),
        *([pieces.Line(text=counter)] if counter else []),
        pieces.Points(points=points),
        *progress.people(session),
        pieces.faint("; ".join(filter(None, (_author(written), did_cost(session))))),
        *_unpinned(session),
        *to_thread(session),
    )


def _author(written: Summary) -> str:
    words = ENGLISH.summary
    if written.chair:
        return words.by_chair.format(who=written.chair)
    return words.by_nobody + (words.counsel.format(who=written.counsel) if written.counsel else "")


def did_cost(session: Session) -> str:
    """Say what a session cost, and of whom that is not known; nothing where it cost nothing."""
    words, whole = ENGLISH.summary, ledger.total(session)
    usd, tokens = whole.cost_usd, whole.input_tokens + whole.output_tokens
    unpriced = list(dict.fromkeys(paid.model for paid in ledger.costs(session) if paid.unpriced))
    if not usd and not (unpriced and tokens):
        return ""
    if not unpriced:
        return words.cost.format(usd=dollars(usd), tokens=tokens)
    known = words.and_more.format(usd=dollars(usd)) if usd else words.unknown_sum
    return words.cost_unpriced.format(usd=known, tokens=tokens, who=join(unpriced))


def _unpinned(session: Session) -> list[pieces.Piece]:
    """Tell why the summary is not pinned, where it could not be."""
    pin, words = session.receipt(PIN), ENGLISH.summary
    return [pieces.faint(words.unpinned.format(why=pin.failed))] if pin and pin.failed else []


def to_thread(session: Session, text: str = ENGLISH.summary.thread) -> list[pieces.Piece]:
    opening = session.post_of("root")
    return [pieces.Link(text=text, post=opening)] if opening else []
