"""Where the parts are put together that a poll needs: store, models, engine and desk."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import platformdirs

from adapters.calls.guards import Guards
from adapters.embedded import keeper, model
from adapters.links.reader import LinkReader
from adapters.providers import http
from adapters.providers.client import Endpoint, Offer
from adapters.providers.formats import CLIENTS
from adapters.stores.key_value import RedisKeyValue, RedisLatencies
from adapters.stores.link import RedisLink
from adapters.stores.redis import RedisStore
from bot.asking.limits import Admission, Limits, Rules
from bot.errors import ModelError
from bot.ports import Latencies, Messenger, ModelClient
from bot.running.desk import Desk
from bot.running.engine import Engine
from bot.running.worker import Worker
from bot.settings.config import Config, Dialect, PanelistConfig
from bot.summary.chair import Chair
from bot.voting.panelist import Panelist


def data_folder() -> Path:
    """Return the folder of the embedded servers: `ROUNDTABLE_DATA`, else the user's data folder."""
    chosen = os.environ.get("ROUNDTABLE_DATA")
    return Path(chosen) if chosen else platformdirs.user_data_path("roundtable")


@asynccontextmanager
async def opened_store(config: Config) -> AsyncIterator[RedisStore]:
    """Open the session store. Raises StoreError or ServiceError."""
    async with opened_redis(config) as link:
        yield RedisStore(link, keep_days=config.redis.keep_days)


@asynccontextmanager
async def opened_redis(config: Config) -> AsyncIterator[RedisLink]:
    """Open the configured Redis, or the embedded one. Raises StoreError or ServiceError."""
    async with AsyncExitStack() as stack:
        if config.redis.url:
            url = config.redis.url.get_secret_value()
        else:
            url = (await stack.enter_async_context(keeper.attached("redis", data_folder())))["url"]
        yield await stack.enter_async_context(RedisLink.open(url))


class Models:
    """The model clients of a configuration, all over one HTTP client."""

    def __init__(
        self, config: Config, http: http.Client, stack: AsyncExitStack, guards: Guards
    ) -> None:
        self._config, self._http, self._stack = config, http, stack
        self._guards = guards
        self._embedded: Endpoint | None = None  # once its server was asked for

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, config: Config, latencies: Latencies | None = None
    ) -> AsyncIterator["Models"]:
        """Open the HTTP client; without latencies no call is made a second time."""
        guards = Guards(config, latencies)
        async with AsyncExitStack() as stack:
            yield cls(config, await stack.enter_async_context(http.client()), stack, guards)

    async def client(self, panelist: PanelistConfig) -> ModelClient:
        """Make the client of a panelist. Raises ServiceError where the embedded server fails."""
        bare = CLIENTS[self._config.providers[panelist.provider].api](
            self._http,
            await self._endpoint(panelist.provider),
            panelist.model,
            panelist.parameters,
            effort=panelist.effort,
            search=panelist.search,
        )
        return self._guards.around(bare, panelist)

    async def offers(self, name: str, *, seconds: float) -> list[Offer]:
        """List the models of a provider within so many seconds. Raises ModelError."""
        api = self._config.providers[name].api
        if api == "embedded":
            free = {"input_usd": 0.0, "output_usd": 0.0}
            return [Offer(model="", name=model.MODEL, context=model.CONTEXT, **free)]
        try:
            async with asyncio.timeout(seconds):
                return await CLIENTS[api].offers(self._http, await self._endpoint(name))
        except TimeoutError:
            raise ModelError(f"no answer within {seconds:g} s") from None

    async def panelists(self, panel: Sequence[PanelistConfig]) -> dict[str, Panelist]:
        return {config.name: await self._panelist(config) for config in panel}

    async def _panelist(self, config: PanelistConfig) -> Panelist:
        stand_in = await self._stand_in(config) if config.fallback else None
        return Panelist(self._config.profile(config), await self.client(config), stand_in=stand_in)

    async def _stand_in(self, config: PanelistConfig) -> Panelist:
        """Make who answers where a panelist's own model fails; it takes on the panelist's part."""
        fallback = self._config.panelists[config.fallback or ""]
        part = {"persona": config.persona or fallback.persona, "advocate": config.advocate}
        profile = self._config.profile(fallback).model_copy(update=part)
        return Panelist(profile, await self.client(fallback))

    async def chair(self) -> Chair | None:
        if self._config.chair is None:
            return None
        config = self._config.panelists[self._config.chair]
        return Chair(self._config.profile(config), await self.client(config))

    async def _endpoint(self, name: str) -> Endpoint:
        """Return the endpoint of a provider. Raises ServiceError as above."""
        provider = self._config.providers[name]
        if provider.api != "embedded":
            return Endpoint(
                base_url=provider.base_url or "",
                key=provider.key.get_secret_value() if provider.key else None,
                **provider.model_dump(include=set(Dialect.model_fields)),
            )
        if self._embedded is None:
            server = keeper.attached("model", data_folder())
            found = await self._stack.enter_async_context(server)
            self._embedded = Endpoint(base_url=found["url"], key=found["key"], structured="grammar")
        return self._embedded


class Core(NamedTuple):
    """What a poll needs, put together and open."""

    link: RedisLink
    kv: RedisKeyValue
    store: RedisStore
    engine: Engine
    worker: Worker


@asynccontextmanager
async def opened_core(
    config: Config, panel: Sequence[PanelistConfig], messengers: Mapping[str, Messenger]
) -> AsyncIterator[Core]:
    """Open everything that polls of these panelists need. Raises ConfigError for a missing key.

    `messengers` may still change: a platform brings its own when it is open.
    """
    chair = [config.panelists[config.chair]] if config.chair else []
    config.need_keys([*panel, *chair])
    async with (
        opened_redis(config) as link,
        Models.opened(config, RedisLatencies(link)) as models,
        LinkReader.opened() as reader,
    ):
        store = RedisStore(link, keep_days=config.redis.keep_days)
        engine = Engine(
            store=store,
            messengers=messengers,
            panelists=await models.panelists(panel),
            chair=await models.chair(),
            reader=reader if config.polls.links else None,
            deadline=config.polls.deadline,
        )
        yield Core(link, RedisKeyValue(link), store, engine, Worker(store=store, engine=engine))


def desk(config: Config, core: Core, *, rules: Mapping[str, Rules], cache_hours: int) -> Desk:
    """Make the desk over a core; a chat without rules is limited by the caps alone."""
    limits = Limits(core.store, core.kv, config.polls, rules)
    return Desk(
        store=core.store,
        worker=core.worker,
        limits=limits,
        admission=Admission(core.store, core.kv, limits, cache_hours=cache_hours),
        panels=config.names(),
        named=config.polls.people == "named",
    )
