"""The fake Discord refuses what Discord refuses; else its tests would prove little."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord import world
from tests.fakes.discord.calls import Call, pings, unguarded
from tests.fakes.discord.interactions import COMMAND
from tests.fakes.discord.limits import Refusal, check_message
from tests.fakes.discord.server import TOKEN, Discord
from tests.fakes.discord.world import V2, Channel, Json

Ask = Callable[..., Awaitable[tuple[int, Json]]]


@pytest.fixture
async def server() -> AsyncIterator[Discord]:
    async with Discord.running() as running:
        yield running


@pytest.fixture
async def ask(server: Discord) -> AsyncIterator[Ask]:
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {TOKEN}"}) as http:

        async def asked(method: str, path: str, body: Any = None, **more: Any) -> tuple[int, Json]:
            async with http.request(method, server.url + path, json=body, **more) as answer:
                assert answer.headers.get("Content-Type", "application/json") == "application/json"
                return answer.status, await answer.json() if answer.status != 204 else {}

        yield asked


def text(content: str) -> Json:
    return {"type": 10, "content": content}


def boxed(*inner: Json) -> Json:
    return {"flags": V2, "components": [{"type": 17, "components": list(inner)}]}


def button(**fields: Any) -> Json:
    return {"type": 2, "style": 2, "label": "A", "custom_id": "a"} | fields


def row(*inner: Json) -> Json:
    return {"type": 1, "components": list(inner)}


TOO_MUCH: dict[str, Json] = {
    "content": {"content": "x" * 2_001},
    "content in two units": {"content": "🙂" * 1_001},
    "embeds": {"embeds": [{"description": "x" * 3_001}, {"footer": {"text": "x" * 3_000}}]},
    "components": boxed(*(text("x") for _ in range(40))),
    "characters": boxed(text("x" * 4_000), text("x")),
    "both kinds": boxed(text("x")) | {"content": "x"},
    "no flag": {"components": [text("x")]},
    "empty text": boxed(text(" ")),
    "nonce": {"content": "x", "nonce": "n" * 26},
    "label": {"content": "x", "components": [row(button(label="x" * 81))]},
    "id": {"content": "x", "components": [row(button(custom_id="x" * 101))]},
    "same id": {"content": "x", "components": [row(button(), button())]},
    "row": {"content": "x", "components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
    "link without an address": {"content": "x", "components": [row(button(style=5))]},
}


@pytest.mark.parametrize("body", TOO_MUCH.values(), ids=TOO_MUCH)
async def test_a_message_over_a_limit_is_refused(server: Discord, ask: Ask, body: Json) -> None:
    status, answer = await ask("POST", f"/channels/{server.channel.id}/messages", body)

    assert (status, answer["code"]) == (400, 50035)
    assert server.channel.messages == {}


@pytest.mark.parametrize("body", [{}, {"content": ""}, {"flags": V2}], ids=["no", "empty", "V2"])
async def test_an_empty_message_is_refused(server: Discord, ask: Ask, body: Json) -> None:
    status, answer = await ask("POST", f"/channels/{server.channel.id}/messages", body)

    assert (status, answer["code"]) == (400, 50006)


def test_an_edit_cannot_turn_a_message_back() -> None:
    with pytest.raises(Refusal, match="exclude each other"):
        check_message({"content": "x"}, before={"flags": V2})


async def posted(server: Discord, ask: Ask, **body: Any) -> str:
    _, made = await ask("POST", f"/channels/{server.channel.id}/messages", {"content": "x"} | body)
    return str(made["id"])


async def test_a_nonce_counts_only_where_it_is_enforced(server: Discord, ask: Ask) -> None:
    first = await posted(server, ask, nonce="n", enforce_nonce=True)

    assert await posted(server, ask, nonce="n", enforce_nonce=True) == first
    assert await posted(server, ask, nonce="n") != first
    server.channels.nonce_seconds = 0
    assert await posted(server, ask, nonce="n", enforce_nonce=True) != first


async def test_threads_have_their_rules(server: Discord, ask: Ask) -> None:
    message = await posted(server, ask)
    path = f"/channels/{server.channel.id}/messages/{message}/threads"

    codes = [(await ask("POST", path, {"name": "x" * 101}))[1]["code"]]
    made = (await ask("POST", path, {"name": "x"}))[1]
    codes.append((await ask("POST", path, {"name": "x"}))[1]["code"])
    server.channel.deny = world.THREADS
    other = await posted(server, ask)
    path = f"/channels/{server.channel.id}/messages/{other}/threads"
    codes.append((await ask("POST", path, {"name": "x"}))[1]["code"])

    assert made["id"] == message
    assert codes == [50035, 160004, 50013]


async def test_an_archived_thread_takes_messages_and_no_edits(server: Discord, ask: Ask) -> None:
    thread = Channel(world.THREAD, "t", server.guild, parent=server.channel)
    server.channels.add(thread)
    _, made = await ask("POST", f"/channels/{thread.id}/messages", {"content": "x"})
    thread.archived = True

    path = f"/channels/{thread.id}/messages/{made['id']}"
    assert (await ask("PATCH", path, {"content": "y"}))[1]["code"] == 50083
    assert (await ask("POST", f"/channels/{thread.id}/messages", {"content": "x"}))[0] == 200
    assert not thread.archived


DENIED = {
    "send": (world.SEND, "POST", "/channels/{c}/messages", 50013),
    "read": (world.HISTORY, "GET", "/channels/{c}/messages/{m}", 50013),
    "pin": (world.PIN, "PUT", "/channels/{c}/messages/pins/{m}", 50013),
    "view": (world.VIEW, "GET", "/channels/{c}", 50001),
    "webhooks": (0, "POST", "/channels/{c}/webhooks", 50013),
}


@pytest.mark.parametrize("denied", DENIED.values(), ids=DENIED)
async def test_each_permission_is_needed(
    server: Discord, ask: Ask, denied: tuple[int, str, str, int]
) -> None:
    deny, method, path, code = denied
    message = await posted(server, ask)
    server.guild.permissions |= world.MANAGE_MESSAGES  # which no longer includes pinning
    server.channel.deny = deny

    body = {"content": "x", "name": "x"} if method == "POST" else None
    status, answer = await ask(method, path.format(c=server.channel.id, m=message), body)

    assert (status, answer["code"]) == (403, code)


async def test_an_interaction_is_answered_once_and_in_time(server: Discord, ask: Ask) -> None:
    made = [
        server.interactions.make(COMMAND, {"name": "x"}, by=server.ada, at=server.channel)
        for _ in range(3)
    ]
    once, late, old = made
    late.made -= 4

    async def answer(which: int) -> tuple[int, int | None]:
        path = f"/interactions/{made[which].id}/{made[which].token}/callback"
        status, body = await ask("POST", path, {"type": 5, "data": {"flags": 64}})
        return status, body.get("code")

    assert [await answer(0), await answer(0), await answer(1)] == [
        (200, None),
        (400, 40060),
        (404, 10062),
    ]
    await answer(2)
    old.made -= 901
    path = f"/webhooks/{server.app_id}/{old.token}/messages/@original"
    assert (await ask("PATCH", path, {"content": "x"}))[1]["code"] == 50027
    assert once.original is None


async def test_a_wrong_token_is_refused(server: Discord) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"{server.url}/users/@me", headers={"Authorization": "Bot x"}) as answer,
    ):
        assert answer.status == 401


async def test_a_limit_of_pace_is_announced_and_kept(server: Discord, ask: Ask) -> None:
    server.rate = (1, 60.0)
    await posted(server, ask)

    status, answer = await ask("POST", f"/channels/{server.channel.id}/messages", {"content": "x"})

    assert status == 429
    assert 50 < answer["retry_after"] <= 60


EVERYBODY = {"content": "@everyone <@1> <@&2>"}
ALLOWED = {
    "nothing said": (EVERYBODY, ["@everyone", "<@1>", "<@&2>"]),
    "none": (EVERYBODY | {"allowed_mentions": {"parse": []}}, []),
    "users": (EVERYBODY | {"allowed_mentions": {"parse": ["users"]}}, ["<@1>"]),
    "in components": (boxed(text("@here")), ["@here"]),
    "a reply": (
        {
            "content": "x",
            "message_reference": {"message_id": "1"},
            "allowed_mentions": {"parse": [], "replied_user": True},
        },
        ["the author of what it answers"],
    ),
}


@pytest.mark.parametrize(("body", "pinged"), ALLOWED.values(), ids=ALLOWED)
def test_whom_a_message_pings_is_known(body: Json, pinged: list[str]) -> None:
    assert pings(body) == pinged


def test_a_message_that_leaves_it_to_discord_is_found() -> None:
    calls = [Call("PATCH", "/channels/1/messages/2", {"components": []}), Call("GET", "/x")]

    assert unguarded(calls) == ["PATCH /channels/1/messages/2"]
