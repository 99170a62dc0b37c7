"""What people do on Discord, and what they are told: typing, commands, buttons, forms, answers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from adapters.chat.discord.form import PREFIX
from adapters.chat.discord.reception import AWAY, BROKEN, Reception
from adapters.chat.discord.times import Times
from bot import render
from bot.errors import CommandError, SessionMissing, StoreError
from bot.pieces import Line, Message
from bot.poll import Mode, Session, Status
from bot.rules import Rules
from tests.fakes.discord import table, world
from tests.fakes.discord.calls import texts, unguarded
from tests.fakes.discord.faults import Fault, Kind
from tests.fakes.discord.house import Held, House, house
from tests.fakes.discord.interactions import ACK_SECONDS, Interaction, fields, options
from tests.fakes.discord.limits import walk
from tests.fakes.discord.server import Discord
from tests.fakes.discord.world import Channel, Json, Person

BOT = f"<@{world.BOT_ID}>"
POLL = "!poll Will it? | Yes | No"
REPLIES = r"POST /channels/\d+/messages$"


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running
        late = [i for i in running.interactions.all.values() if (i.answered or 0) > ACK_SECONDS]
        assert late == []
        assert unguarded(running.calls) == []


@pytest.fixture
async def bot(server: Discord, redis_url: str) -> AsyncIterator[House]:
    async with house(server, redis_url) as opened:
        yield opened


def root_of(server: Discord, session: Session) -> Json:
    (found,) = table.standing(server, render.root(session))
    return found


def buttons(message: Json) -> dict[str, str]:
    """Give the ids of a message's buttons by their labels."""
    found = walk(message["components"])
    return {c["label"]: c["custom_id"] for c in found if c["type"] == 2 and "custom_id" in c}


async def reply_of(server: Discord, before: int) -> str:
    """Wait for what the bot answers to a message in the channel, and give its words."""
    await server.until(lambda: len(server.made(REPLIES)) > before)
    return texts(server.made(REPLIES)[before].body)


async def finished(server: Discord, bot: House, channel: Channel | None = None) -> Session:
    await server.say(POLL, at=channel)
    return (await bot.done(channel))[0]


WAYS = {
    "prefix": "!poll Will it? | Yes | No",
    "prefix in capitals": "!POLL Will it? | Yes | No",
    "mention": f"{BOT} Will it? | Yes | No",
    "mention and word": f"{BOT} poll Will it? | Yes | No",
    "flags": "!poll --panel pair Will it? | Yes | No",
    "two lines": "!poll\nWill it? | Yes | No",
}


@pytest.mark.parametrize("text", WAYS.values(), ids=WAYS)
async def test_a_poll_is_typed_in_several_ways(server: Discord, bot: House, text: str) -> None:
    await server.say(text)

    (session,) = await bot.done()
    assert session.poll.question == "Will it?"
    assert session.poll.asked_by == "Ada"
    assert session.asker == str(server.ada.id)


async def test_what_is_not_meant_for_the_bot_is_left_alone(server: Discord, bot: House) -> None:
    bystander = Person("Eve")
    for text in ("!pollen season?", "a !poll b", f"hello {BOT}", "poll x?", "!other x"):
        await server.say(text, by=bystander)

    await finished(server, bot)
    assert len(server.made(REPLIES)) == 5  # the poll's own messages


async def test_a_command_asks_and_tells_its_person_alone(server: Discord, bot: House) -> None:
    asked = await server.command("poll", options(question="Will it?", options="Yes | No | Maybe"))
    await server.answered(asked)

    (session,) = await bot.done()
    assert [option.text for option in session.poll.options] == ["Yes", "No", "Maybe"]
    assert "The panel is being asked" in asked.text
    assert asked.callback is not None
    assert asked.callback["data"]["flags"] & world.EPHEMERAL


async def test_a_command_takes_panel_mode_and_rounds(server: Discord, bot: House) -> None:
    filled = options(question="Will it? | Yes | No", panel="pair", mode="debate", rounds=3)
    await server.command("poll", filled)

    (session,) = await bot.done()
    assert session.panel == table.NAMES[:2]
    assert (session.poll.mode, session.poll.rounds) == (Mode.DEBATE, 3)


async def test_panels_are_offered_while_somebody_types(server: Discord, bot: House) -> None:
    del bot
    typed = [{"name": "panel", "type": 3, "value": "PA", "focused": True}]

    asked = await server.answered(await server.choices("poll", typed))

    assert asked.callback is not None
    assert [choice["name"] for choice in asked.callback["data"]["choices"]] == ["pair"]


WRONG = {
    "?": "is not a question",
    "Will it? | Yes": "One option is no choice",
    "--panel none Will it?": "There is no panel “none”",
    "--colour red Will it?": "There is no --colour",
}


@pytest.mark.parametrize(("text", "words"), WRONG.items(), ids=WRONG)
async def test_what_cannot_be_taken_is_told_to_its_author(
    server: Discord, bot: House, text: str, words: str
) -> None:
    asked = await server.answered(await server.command("poll", options(question=text)))
    await server.say(f"!poll {text}")

    assert words in asked.text
    assert words in await reply_of(server, 0)
    assert list(await bot.desk.history(table.place(server))) == []


async def form_of(server: Discord, opened: Interaction) -> Json:
    await server.answered(opened)
    assert opened.callback is not None
    form: Json = opened.callback["data"]
    assert form["custom_id"].startswith(PREFIX)
    return form


FILLED = {
    "Question": "Pipes | or not?",
    "Options": "With a | bar\nWithout\n",
    "Panel": "pair",
    "Mode": "poll",
}


async def test_without_a_question_a_form_opens(server: Discord, bot: House) -> None:
    form = await form_of(server, await server.command("poll", []))

    await server.submit(form["custom_id"], fields(form, FILLED))

    (session,) = await bot.done()
    assert session.poll.question == "Pipes | or not?"
    assert [option.text for option in session.poll.options] == ["With a | bar", "Without"]
    assert session.panel == table.NAMES[:2]


async def test_a_form_is_taken_also_after_a_restart(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url):
        form = await form_of(server, await server.command("poll", []))

    async with house(server, redis_url) as restarted:
        sent = await server.submit(form["custom_id"], fields(form, FILLED))
        await server.answered(sent)
        assert len(await restarted.done()) == 1


async def test_a_message_can_be_asked_about(server: Discord, bot: House) -> None:
    bob = Person("Bob")
    message = await server.say("Tabs are better than spaces. " * 20, by=bob)
    form = await form_of(server, await server.menu("Ask the roundtable", message))

    await server.submit(form["custom_id"], fields(form, {"Question": "Is he right?"}))

    (session,) = await bot.done()
    (remark,) = session.poll.context
    assert (remark.author, remark.text) == ("Bob", message["content"])


async def test_a_short_message_is_offered_as_the_question(server: Discord, bot: House) -> None:
    message = await server.say("Tabs or spaces?")
    form = await form_of(server, await server.menu("Ask the roundtable", message))

    question = next(c for c in walk_labels(form) if c["custom_id"] == "question")
    assert question["value"] == "Tabs or spaces?"
    await server.submit(form["custom_id"], fields(form, {"Question": "Tabs or spaces?"}))
    (session,) = await bot.done()
    assert session.poll.context == ()


def walk_labels(form: Json) -> list[Json]:
    return [label["component"] for label in form["components"]]


async def test_verbs_answer_by_command_and_by_typing(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    expected = {
        "help": "Put a question to a panel",
        "history": session.id,
        "panels": "pair: GPT-5.4 and GLM 5",
        f"show {session.id}": "Unanimous — Yes",
    }

    for text, words in expected.items():
        verb, _, wanted = text.partition(" ")
        inner = options(id=wanted) if wanted else []
        group = [{"name": verb, "type": 1, "options": inner}]
        asked = await server.answered(await server.command("roundtable", group))
        before = len(server.made(REPLIES))
        await server.say(f"!poll {text}")
        assert words in asked.text
        assert words in await reply_of(server, before)


async def test_a_reply_to_what_was_typed_deletes_itself(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, times=Times(identify=0, brief=0.05)):
        await server.say("!poll ?")

        await server.until(lambda: len(server.made("DELETE")) == 1)


async def test_sessions_of_another_channel_are_not_shown(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    group = [{"name": "show", "type": 1, "options": options(id=session.id)}]

    asked = await server.answered(await server.command("roundtable", group, at=other))

    assert "no session" in asked.text


async def test_asking_again_by_command_is_a_poll_of_its_own(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    group = [{"name": "ask-again", "type": 1, "options": options(id=session.id)}]

    await server.command("roundtable", group)

    assert len(await bot.done(count=2)) == 2


async def test_the_same_poll_is_pointed_to_and_can_be_asked_anew(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)

    asked = await server.command("poll", options(question="will it? | Yes | No"))
    await server.answered(asked)
    assert asked.original is not None
    assert "This was asked here before" in asked.text
    root = root_of(server, session)
    assert (
        f"https://discord.com/channels/{server.guild.id}/{server.channel.id}/{root['id']}"
        in asked.text
    )
    await server.press(asked.original, buttons(asked.original)["Ask again"])

    assert len(await bot.done(count=2)) == 2


async def test_people_vote_and_change_their_minds(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    root = root_of(server, session)
    eve = Person("Eve")
    ids = buttons(root)

    first = await server.answered(await server.press(root, ids["No"]))
    second = await server.answered(await server.press(root, ids["Yes"]))
    third = await server.answered(await server.press(root, ids["Yes"], by=eve))
    mine = await server.answered(await server.press(root, ids["My vote"]))

    assert "Your vote: No." in first.text
    assert "Your vote: Yes." in second.text
    assert "Your vote: Yes." in mine.text
    assert third.text
    await server.until(lambda: "People: 2 Yes" in texts(root_of(server, session)))


async def test_buttons_work_after_a_restart(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url) as bot:
        session = await finished(server, bot)

    async with house(server, redis_url):
        root = root_of(server, session)
        pressed = await server.answered(await server.press(root, buttons(root)["Yes"]))

    assert "Your vote: Yes." in pressed.text


async def test_who_asked_may_stop_and_others_may_not(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url, models=[Held() for _ in table.NAMES]) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(REPLIES)) == 1)
        (session,) = await bot.desk.history(table.place(server))
        root = root_of(server, session)
        stop = buttons(root)["Stop"]

        refused = await server.answered(await server.press(root, stop, by=Person("Eve")))
        await server.answered(await server.press(root, stop))

        (session,) = await bot.done()
    assert "Only who asked this poll" in refused.text
    assert session.words.stop is not None


async def test_a_moderator_may_stop_the_newest_poll(server: Discord, redis_url: str) -> None:
    boss = Person("Boss", permissions=world.MANAGE_MESSAGES)
    async with house(server, redis_url, models=[Held() for _ in table.NAMES]) as bot:
        await server.say(POLL)
        await server.until(lambda: len(server.made(REPLIES)) == 1)

        group = [{"name": "stop", "type": 1, "options": []}]
        asked = await server.answered(await server.command("roundtable", group, by=boss))

        (session,) = await bot.done()
    assert "No more answers" in asked.text
    assert session.words.stop is not None


async def test_a_poll_that_is_over_can_be_debated(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    root = root_of(server, session)

    await server.press(root, buttons(root)["Debate it"])

    newest, _ = await bot.done(count=2)
    assert newest.continues == session.id
    thread = server.channels.all[int(root["id"])]
    assert "Will it?" in texts(list(thread.messages.values())[3])


async def test_a_poll_can_be_shared_to_another_channel(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    root = root_of(server, session)

    offered = await server.answered(await server.press(root, buttons(root)["Share"]))
    assert offered.original is not None
    (listed,) = [c for c in walk(offered.original["components"]) if c["type"] == 8]
    done = await server.answered(await server.choose(offered.original, listed["custom_id"], other))

    assert "Shared." in done.text
    (shared,) = other.messages.values()
    assert "Shared by Ada" in texts(shared)
    assert "Unanimous — Yes" in texts(shared)


async def test_nobody_shares_to_where_they_may_not_write(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    other = server.channels.add(Channel(world.TEXT, "other", server.guild))
    root = root_of(server, session)
    offered = await server.answered(await server.press(root, buttons(root)["Share"]))
    server.ada.permissions = 0
    assert offered.original is not None

    done = await server.choose(offered.original, f"rt-share:{session.id}", other)
    await server.answered(done)

    assert "You may not write in that channel." in done.text
    assert other.messages == {}


def speaker(server: Discord, session: Session, name: str) -> Json:
    cast = next(ballot for ballot in session.ballots if ballot.panelist == name)
    (found,) = table.standing(server, render.ballot(session, cast))
    return found


async def test_a_reply_to_a_panelist_is_answered_by_it(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    vote = speaker(server, session, "GLM 5")
    thread = server.channels.all[int(root_of(server, session)["id"])]

    await server.say("But why?", at=thread, reply_to=vote)
    await server.until(lambda: len(thread.messages) == 5)
    answer = list(thread.messages.values())[-1]
    await server.say("And then?", at=thread, reply_to=answer)
    await server.until(lambda: len(thread.messages) == 7)

    shown = [texts(m) for m in list(thread.messages.values())[-3::2]]
    assert all("**GLM 5**" in text for text in shown)
    assert len(bot.models[1].prompts) == 3


@pytest.mark.parametrize("text", [f"{BOT} GLM, why?", f"{BOT} why, Claude?"], ids=["glm", "claude"])
async def test_a_mention_that_names_a_panelist_is_answered_by_it(
    server: Discord, bot: House, text: str
) -> None:
    session = await finished(server, bot)
    thread = server.channels.all[int(root_of(server, session)["id"])]

    await server.say(text, at=thread)
    await server.until(lambda: len(thread.messages) == 5)

    name = "GLM 5" if "GLM" in text else "Claude Opus 4.6"
    assert f"**{name}**" in texts(list(thread.messages.values())[-1])


async def test_a_mention_that_names_nobody_is_asked_whom_it_means(
    server: Discord, bot: House
) -> None:
    session = await finished(server, bot)
    thread = server.channels.all[int(root_of(server, session)["id"])]

    await server.say(f"{BOT} why?", at=thread)

    await server.until(lambda: len(thread.messages) == 5)
    assert "Whom do you ask?" in texts(list(thread.messages.values())[-1])


async def test_a_reply_whose_words_are_hidden_asks_nobody(server: Discord, redis_url: str) -> None:
    server.gateway.granted = 0
    async with house(server, redis_url, prefix=None) as bot:
        await server.say(f"{BOT} Will it? | Yes | No")
        (session,) = await bot.done()
        thread = server.channels.all[int(root_of(server, session)["id"])]
        await server.say("But why?", at=thread, reply_to=speaker(server, session, "GLM 5"))
        await server.say(f"{BOT} GLM, why?", at=thread)
        await server.until(lambda: len(thread.messages) == 6)

    assert len(bot.models[1].prompts) == 2


async def test_people_who_answer_each_other_are_left_alone(server: Discord, bot: House) -> None:
    session = await finished(server, bot)
    thread = server.channels.all[int(root_of(server, session)["id"])]
    first = await server.say("I agree.", at=thread)
    await server.say("I do not.", at=thread, reply_to=first)
    await server.say("Nice.", reply_to=root_of(server, session))

    await server.say("!poll Another? | Yes | No")
    await bot.done(count=2)

    assert len(thread.messages) == 5


async def test_in_a_thread_what_was_said_there_is_the_context(server: Discord, bot: House) -> None:
    opening = await server.say("Shall we move to Rust?")
    thread = Channel(
        world.THREAD, "move", server.guild, id=int(opening["id"]), parent=server.channel
    )
    server.channels.add(thread)
    await server.gateway.dispatch("THREAD_CREATE", thread.payload, guild_id=server.guild.id)
    await server.say("It would take a year.", at=thread, by=Person("Bob"))
    robot = world.message(thread, world.user(7, "Robot", bot=True), {"content": "Beep."})
    server.channels.store(thread, robot)

    await server.say("!poll Should they? | Yes | No", at=thread)

    (session,) = await bot.done(thread)
    told = [(remark.author, remark.text) for remark in session.poll.context]
    assert told == [("Ada", "Shall we move to Rust?"), ("Bob", "It would take a year.")]
    assert len(thread.messages) == 3 + 5
    assert len(thread.pins) == 1


async def test_a_forum_post_holds_the_whole_poll(server: Discord, redis_url: str) -> None:
    forum = server.channels.add(Channel(world.FORUM, "ideas", server.guild))
    post = server.channels.add(Channel(world.THREAD, "an idea", server.guild, parent=forum))
    async with house(server, redis_url) as bot:
        await server.say("Make it blue.", at=post)
        await server.command("poll", options(question="Good? | Yes | No"), at=post)

        (session,) = await bot.done(post)

    assert session.place.channel == str(forum.id)
    assert [remark.text for remark in session.poll.context] == ["Make it blue."]
    assert len(post.messages) == 1 + 5


async def test_a_thread_that_the_gateway_never_told_of_is_asked_for(
    server: Discord, bot: House
) -> None:
    thread = Channel(world.THREAD, "quiet", server.guild, parent=server.channel)
    server.channels.add(thread)

    await server.say("!poll Will it? | Yes | No", at=thread)

    (session,) = await bot.done(thread)
    assert (session.place.channel, session.place.thread) == (str(server.channel.id), str(thread.id))


@pytest.mark.parametrize("kind", [world.VOICE, world.NEWS], ids=["voice", "news"])
async def test_other_kinds_of_channels_work(server: Discord, redis_url: str, kind: int) -> None:
    channel = server.channels.add(Channel(kind, "other", server.guild))
    async with house(server, redis_url) as bot:
        session = await finished(server, bot, channel)

    assert session.status is Status.DONE


async def test_in_private_no_prefix_is_needed(server: Discord, bot: House) -> None:
    private = server.direct()

    await server.say("Will it? | Yes | No", at=private)

    (session,) = await bot.done(private)
    assert session.status is Status.DONE
    assert len(private.messages) == 6
    assert len(private.pins) == 1


async def test_without_leave_to_write_only_the_asker_hears_of_it(
    server: Discord, redis_url: str
) -> None:
    server.channel.deny = world.SEND
    async with house(server, redis_url) as bot:
        asked = await server.command("poll", options(question="Will it? | Yes | No"))
        await server.answered(asked)
        await server.say(POLL)
        await server.until(lambda: len(server.made("POST /users/@me/channels")) == 1)
        await server.until(
            lambda: any(c.type == world.DM and c.messages for c in server.channels.all.values())
        )

        assert list(await bot.desk.history(table.place(server))) == []
        assert [model.prompts for model in bot.models] == [[], [], []]
    assert "needs View Channel and Send Messages" in asked.text


async def test_what_is_done_without_is_said_once(server: Discord, redis_url: str) -> None:
    server.channel.deny = world.THREADS | world.PIN
    async with house(server, redis_url) as bot:
        first = await server.command("poll", options(question="One? | Yes | No"))
        await server.answered(first)
        second = await server.command("poll", options(question="Two? | Yes | No"))
        await server.answered(second)
        sessions = await bot.done(count=2)

    assert "Create Public Threads" in first.text
    assert "Pin Messages" in first.text
    assert "lacks" not in second.text
    assert {session.status for session in sessions} == {Status.DONE}


RULES = [
    (Rules(people=("1",)), "not among those who may ask"),
    (Rules(channels=("1",)), "not allowed in this channel"),
]


@pytest.mark.parametrize(("rules", "words"), RULES, ids=["people", "channels"])
async def test_rules_are_told_to_who_breaks_them(
    server: Discord, redis_url: str, rules: Rules, words: str
) -> None:
    async with house(server, redis_url, rules=rules):
        asked = await server.command("poll", options(question="Will it?"))
        assert words in (await server.answered(asked)).text


async def test_more_polls_than_fit_into_an_hour_are_refused(
    server: Discord, redis_url: str
) -> None:
    async with house(server, redis_url, rules=Rules(polls_per_hour=1)):
        await server.answered(await server.command("poll", options(question="One?")))
        second = await server.command("poll", options(question="Two?"))

        assert "which is the limit here" in (await server.answered(second)).text


async def test_a_poll_that_cannot_be_posted_is_told_to_its_asker(
    server: Discord, redis_url: str
) -> None:
    server.faults = [Fault(Kind.FORBIDDEN, REPLIES, times=99)]
    async with house(server, redis_url) as bot:
        asked = await server.command("poll", options(question="Will it?"))
        await server.until(lambda: "could not be posted" in asked.text)

        (session,) = await bot.done()
    assert session.status is Status.FAILED


async def test_a_token_is_not_used_after_its_quarter_of_an_hour(
    server: Discord, bot: House
) -> None:
    await server.command("poll", options(question="Will it?"), ago=901)

    await bot.done()
    assert server.made("@original") == []


async def test_a_poll_is_asked_even_where_discord_no_longer_waits(
    server: Discord, bot: House
) -> None:
    await server.command("poll", options(question="Will it?"), late=4)

    (session,) = await bot.done()
    assert session.status is Status.DONE
    assert [call.status for call in server.made("/callback")] == [404]


async def test_two_processes_tell_an_author_once(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url), house(server, redis_url):
        for text in ("!poll ?", "!poll help", "!poll Will it? | Yes"):
            await server.say(text)
        await server.until(lambda: len(server.made(REPLIES)) == 3)

    assert len(server.made(REPLIES)) == 3


async def test_two_processes_answer_one_interaction_once(server: Discord, redis_url: str) -> None:
    async with house(server, redis_url) as one, house(server, redis_url):
        asked = await server.command("poll", options(question="Will it?"))
        await server.answered(asked)
        sessions = await one.done()

    assert len(sessions) == 1
    assert sorted(call.status for call in server.made("/callback")) == [200, 400]


async def test_who_is_being_served_is_not_cut_off(server: Discord, redis_url: str) -> None:
    slow = [Held() for _ in table.NAMES]
    for model in slow:
        model.go.set()
    async with house(server, redis_url, models=slow) as bot:
        session = await finished(server, bot)
        slow[1].go.clear()
        slow[1].asked.clear()
        thread = server.channels.all[int(root_of(server, session)["id"])]
        await server.say("Why?", at=thread, reply_to=speaker(server, session, "GLM 5"))
        await slow[1].asked.wait()

        leaving = asyncio.create_task(bot.stop())
        await asyncio.sleep(0)
        slow[1].go.set()
        await leaving

        assert len(thread.messages) == 5


class Told:
    """An aside that keeps what was said."""

    def __init__(self) -> None:
        self.words = ""

    async def show(self, message: Message) -> None:
        self.words = "".join(piece.text for piece in message.pieces if isinstance(piece, Line))


ERRORS = {
    "theirs": (CommandError("no question"), "No question."),
    "gone": (SessionMissing("there is no session x"), "There is no session x."),
    "store": (StoreError("no answer from Redis at secret:1"), AWAY),
    "ours": (ValueError("oh"), BROKEN),
}


@pytest.mark.parametrize(("error", "words"), ERRORS.values(), ids=ERRORS)
async def test_whatever_goes_wrong_its_person_hears_of_it(
    bot: House, error: Exception, words: str
) -> None:
    told = Told()

    async def work() -> None:
        raise error

    await Reception(bot.desk, bot.notes).attend(told, work)

    assert told.words == words


def test_every_verb_is_a_command_too() -> None:
    from adapters.chat.discord import slash  # noqa: PLC0415
    from bot.notices import COMMANDS  # noqa: PLC0415

    group = slash.group(None)  # type: ignore[arg-type]  # it is not used

    assert {verb.split()[0] for verb in COMMANDS} <= {command.name for command in group.commands}
