"""What the configuration puts around calls, over real HTTP; and that providers do not mix."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest
import stamina

from adapters.calls.guards import FAILURES
from adapters.providers.formats import FORMATS
from adapters.stores.key_value import RedisLatencies
from adapters.stores.link import RedisLink
from bot.errors import ModelError
from bot.ports import Completion
from bot.settings.file import parse
from bot.voting.panelist import Panelist
from cli.wiring import Models
from tests.fakes.openai import FakeOpenAI, answers, fails, hangs, says, serving
from tests.fakes.waiting import until

BUSY = fails(503, '{"error": {"message": "busy"}}')


class House:
    """Two providers, `acme` and `other`, with a panelist for each that is named like it."""

    def __init__(self, servers: dict[str, FakeOpenAI], panelists: dict[str, Panelist]) -> None:
        self.servers, self.panelists = servers, panelists

    async def ask(self, name: str) -> Completion:
        return await self.panelists[name].conversation().ask("Which?")


@asynccontextmanager
async def house(
    provider: dict[str, Any] | None = None,
    panelist: dict[str, Any] | None = None,
    latencies: RedisLatencies | None = None,
) -> AsyncIterator[House]:
    """Open it; the settings are those of acme and of its panelist."""
    async with AsyncExitStack() as stack:
        servers = {n: await stack.enter_async_context(serving()) for n in ("acme", "other")}
        providers = {
            n: {"api": "openai", "base_url": s.url, "key_env": "KEY"} for n, s in servers.items()
        }
        panelists = {n: {"name": n, "provider": n, "model": "m"} for n in servers}
        providers["acme"] |= provider or {}
        panelists["acme"] |= panelist or {}
        raw = {"providers": providers, "panelists": panelists, "panels": {"default": ["acme"]}}
        config = parse(raw, {"KEY": "test-key"}, FORMATS)
        models = await stack.enter_async_context(Models.opened(config, latencies))
        seats = list(config.panelists.values())
        yield House(servers, await models.panelists(seats))


@pytest.fixture
async def learned(redis_url: str) -> AsyncIterator[RedisLatencies]:
    """Return latencies by which every call of acme is a slow one, with second calls to spare."""
    async with RedisLink.open(redis_url) as link:
        await link.call("DEL", "roundtable:latency:acme:m", "roundtable:spare:acme:m")
        latencies = RedisLatencies(link)
        for _ in range(20):
            await latencies.add("acme:m", 0.02)
        yield latencies


async def test_one_bad_provider_does_not_slow_another() -> None:
    async with house({"concurrency": 1}) as rooms, asyncio.TaskGroup() as group:
        rooms.servers["acme"].script["m"] = [hangs]
        stuck = [group.create_task(rooms.ask("acme")) for _ in range(20)]
        await until_asked(rooms.servers["acme"], 1)

        async with asyncio.timeout(20):
            for _ in range(20):
                await rooms.ask("other")

        assert not any(call.done() for call in stuck)
        for call in stuck:
            call.cancel()


async def test_no_more_calls_are_under_way_than_the_provider_allows() -> None:
    async with house({"concurrency": 3}) as rooms, asyncio.TaskGroup() as group:
        acme = rooms.servers["acme"]
        acme.script["m"] = [hangs]
        waiting = [group.create_task(rooms.ask("acme")) for _ in range(8)]
        await until_asked(acme, 3)
        for _ in range(20):
            await rooms.ask("other")  # time in which a fourth call would have come through

        assert acme.asked("m") == 3
        for call in waiting:
            call.cancel()


async def test_a_provider_that_fails_is_left_alone_after_a_while() -> None:
    async with house() as rooms:
        rooms.servers["acme"].script["m"] = [BUSY]
        with stamina.set_testing(True, attempts=1):  # stamina's signature
            for _ in range(FAILURES):
                with pytest.raises(ModelError, match="busy"):
                    await rooms.ask("acme")
            with pytest.raises(ModelError, match="acme has failed 5 times in a row"):
                await rooms.ask("acme")

        assert rooms.servers["acme"].asked("m") == FAILURES
        assert (await rooms.ask("other")).text


async def test_a_call_is_given_up_at_its_deadline() -> None:
    async with house(panelist={"call_deadline": 0.05}) as rooms:
        rooms.servers["acme"].script["m"] = [hangs]

        with pytest.raises(ModelError, match=r"a call had no answer within 0\.05 s"):
            await rooms.ask("acme")


async def test_a_slow_call_is_made_a_second_time(learned: RedisLatencies) -> None:
    async with house(latencies=learned) as rooms:
        rooms.servers["acme"].script["m"] = [hangs, says("Yes.")]

        answer = await rooms.ask("acme")

        assert answer.text == "Yes."
        assert rooms.servers["acme"].asked("m") == 2


async def test_hedging_can_be_turned_off(learned: RedisLatencies) -> None:
    settings = {"call_deadline": 0.2}
    async with house({"hedging": False}, settings, latencies=learned) as rooms:
        rooms.servers["acme"].script["m"] = [hangs, says("Yes.")]

        with pytest.raises(ModelError, match="had no answer"):
            await rooms.ask("acme")


async def test_a_second_call_takes_a_slot_too(learned: RedisLatencies) -> None:
    settings = {"call_deadline": 0.2}
    async with house({"concurrency": 1}, settings, latencies=learned) as rooms:
        rooms.servers["acme"].script["m"] = [hangs, says("Yes.")]

        with pytest.raises(ModelError, match="had no answer"):
            await rooms.ask("acme")

        assert rooms.servers["acme"].asked("m") == 1


async def test_a_price_of_the_configuration_is_only_for_who_tells_no_cost() -> None:
    async with house(panelist={"price": {"input": 1.0, "output": 1.0}}) as rooms:
        silent = {"choices": [{"message": {"content": "Yes."}}]}
        usage = {"prompt_tokens": 600_000, "completion_tokens": 400_000}
        rooms.servers["acme"].script["m"] = [
            answers(silent | {"usage": usage}),
            says("Yes."),
        ]

        assert [(await rooms.ask("acme")).cost_usd for _ in range(2)] == [1.0, 0.002]


async def test_who_searches_has_no_price_per_token() -> None:
    settings = {"search": True, "price": {"input": 1.0, "output": 1.0}}
    async with house({"search_with": {"plugins": [{"id": "web"}]}}, settings) as rooms:
        usage = {"prompt_tokens": 600_000, "completion_tokens": 400_000}
        silent = {"choices": [{"message": {"content": "Yes."}}], "usage": usage}
        rooms.servers["acme"].script["m"] = [answers(silent)]

        assert (await rooms.ask("acme")).cost_usd is None
        assert rooms.panelists["acme"].profile.price is None


async def test_a_stand_in_takes_on_the_persona_of_the_seat() -> None:
    settings = {"fallback": "other", "persona": "You are a sceptic.", "call_deadline": 5}
    async with house(panelist=settings) as rooms:
        stand_in = rooms.panelists["acme"].stand_in

    assert stand_in is not None
    assert (stand_in.profile.name, stand_in.profile.persona) == ("other", "You are a sceptic.")


async def until_asked(server: FakeOpenAI, calls: int) -> None:
    await until(lambda: server.asked("m") >= calls)
