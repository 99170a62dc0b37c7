"""Where the parts are put together: the only place besides the command line that knows adapters."""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import platformdirs

from adapters.embedded import keeper, model
from adapters.links.reader import LinkReader
from adapters.providers import http
from adapters.providers.anthropic import AnthropicClient
from adapters.providers.catalogue import Offer, offered
from adapters.providers.client import Endpoint, HttpModel
from adapters.providers.gemini import GeminiClient
from adapters.providers.openai import OpenAIClient
from adapters.providers.responses import ResponsesClient
from adapters.stores.latencies import RedisLatencies
from adapters.stores.link import RedisLink
from adapters.stores.redis import RedisStore
from bot.ports import Latencies, Messenger, ModelClient
from bot.running.engine import Engine
from bot.settings.config import Config, PanelistConfig, ProviderConfig
from bot.summary.chair import Chair
from bot.voting.panelist import Panelist
from cli.guards import Guards

CLIENTS: dict[str, type[HttpModel]] = {
    "openai": OpenAIClient,
    "responses": ResponsesClient,
    "anthropic": AnthropicClient,
    "gemini": GeminiClient,
    "embedded": OpenAIClient,
}


def data_folder() -> Path:
    """Give the folder of the embedded servers: `ROUNDTABLE_DATA`, else the user's data folder."""
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
        self._endpoints: dict[str, Endpoint] = {}

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
            await self.endpoint(panelist.provider),
            panelist.model,
            panelist.parameters,
            effort=panelist.effort,
            search=panelist.search,
        )
        return self._guards.around(bare, panelist)

    async def endpoint(self, name: str) -> Endpoint:
        """Give the endpoint of a provider. Raises ServiceError as above."""
        if name not in self._endpoints:
            self._endpoints[name] = await self._endpoint(self._config.providers[name])
        return self._endpoints[name]

    async def offers(self, name: str) -> list[Offer]:
        """List the models of a provider. Raises ModelError."""
        api = self._config.providers[name].api
        if api == "embedded":
            free = {"input_usd": 0.0, "output_usd": 0.0}
            return [Offer(model="", name=model.MODEL, context=model.CONTEXT, **free)]
        return await offered(self._http, api, CLIENTS[api], await self.endpoint(name))

    async def panelists(self, panel: Sequence[PanelistConfig]) -> dict[str, Panelist]:
        return {config.name: await self._panelist(config) for config in panel}

    async def _panelist(self, config: PanelistConfig) -> Panelist:
        stand_in = await self._stand_in(config) if config.fallback else None
        return Panelist(self._config.seat(config), await self.client(config), stand_in=stand_in)

    async def _stand_in(self, config: PanelistConfig) -> Panelist:
        """Make who answers where a panelist's own model fails; it takes on the seat's part."""
        fallback = self._config.panelists[config.fallback or ""]
        part = {"persona": config.persona or fallback.persona, "advocate": config.advocate}
        seat = self._config.seat(fallback).model_copy(update=part)
        return Panelist(seat, await self.client(fallback))

    async def chair(self) -> Chair | None:
        if self._config.chair is None:
            return None
        config = self._config.panelists[self._config.chair]
        return Chair(self._config.seat(config), await self.client(config))

    async def _endpoint(self, provider: ProviderConfig) -> Endpoint:
        if provider.api == "embedded":
            server = keeper.attached("model", data_folder())
            endpoint = await self._stack.enter_async_context(server)
            return Endpoint(base_url=endpoint["url"], key=endpoint["key"], structured="grammar")
        return Endpoint(
            base_url=provider.base_url or "",
            key=provider.key.get_secret_value() if provider.key else None,
            headers=provider.headers,
            structured=provider.structured,
            limit_field=provider.limit_field,
            search_with=provider.search_with,
        )


class Core(NamedTuple):
    """What a poll needs, put together and open."""

    link: RedisLink
    store: RedisStore
    engine: Engine


@asynccontextmanager
async def opened_core(
    config: Config, panel: Sequence[PanelistConfig], messengers: Mapping[str, Messenger]
) -> AsyncIterator[Core]:
    """Open everything that polls of these panelists need. Raises ConfigError for a missing key.

    `messengers` may still change: a front-end brings its own when it is open.
    """
    chair = [config.panelists[config.chair]] if config.chair else []
    config.need_keys([*panel, *chair])
    async with (
        AsyncExitStack() as stack,
        opened_redis(config) as link,
        Models.opened(config, RedisLatencies(link)) as models,
    ):
        reader = (
            await stack.enter_async_context(LinkReader.opened()) if config.polls.links else None
        )
        store = RedisStore(link, keep_days=config.redis.keep_days)
        engine = Engine(
            store=store,
            messengers=messengers,
            panelists=await models.panelists(panel),
            chair=await models.chair(),
            reader=reader,
            deadline=config.polls.deadline,
        )
        yield Core(link, store, engine)
