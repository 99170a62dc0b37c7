"""Anthropic's messages."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson

from adapters.providers import client
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt
from bot.settings.config import WireFormat

VERSION = "2023-06-01"
TOOL = "answer"  # the tool that a model is made to call, where its answer goes into one
SEARCH = {"type": "web_search_20250305", "name": "web_search", "max_uses": 5}
FOUND = "web_search_tool_result"
CUT = frozenset({"max_tokens", "model_context_window_exceeded"})
LEGS = 4  # requests at the most for one answer, where the server pauses a long search


class AnthropicClient(client.HttpModel):
    """A model behind the messages API."""

    wire_format = WireFormat(
        name="anthropic",
        structured=("json_schema", "tool", "none"),
        efforts=("low", "medium", "high", "xhigh", "max"),
    )
    default_url = "https://api.anthropic.com/v1"
    path = "/messages"
    listing: ClassVar = {"limit": "1000"}

    async def complete(self, prompt: Prompt) -> Completion:
        """Ask, and let a turn go on that the server paused while it searched."""
        body, legs = self._body(prompt), list[dict[str, Any]]()
        while True:
            answer = await self._post(body, prompt)
            legs.append(answer)
            if answer.get("stop_reason") != "pause_turn" or len(legs) == LEGS:
                return self._read(_joined(legs))
            said = {"role": "assistant", "content": answer.get("content")}
            body = {**body, "messages": [*body["messages"], said]}

    @classmethod
    def root(cls, endpoint: client.Endpoint) -> str:
        """Return the address with its version; the vendor's own clients are given it without."""
        return f"{super().root(endpoint).removesuffix('/v1')}/v1"

    @staticmethod
    def _authorization(key: str | None) -> dict[str, str]:
        return {"anthropic-version": VERSION} | ({"x-api-key": key} if key else {})

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "system": prompt.system,
            "messages": client.messages(prompt, _image),
            **self.parameters,
            "max_tokens": prompt.max_tokens,
        }
        output: dict[str, Any] = {"effort": self.effort} if self.effort else {}
        if self.search:
            body["tools"] = [*body.get("tools", []), SEARCH]
        if prompt.json_schema and self.endpoint.structured == "tool":
            body |= _forced(prompt.json_schema)
        elif prompt.json_schema:
            output |= {"format": {"type": "json_schema", "schema": prompt.json_schema}}
        if output:
            body["output_config"] = {**body.get("output_config", {}), **output}
        return body

    def _completion(self, answer: Mapping[str, Any]) -> Completion:
        blocks = answer["content"]
        if answer.get("stop_reason") == "refusal":
            raise client.refused(_why(answer.get("stop_details") or {}))
        usage = answer["usage"]
        cached = _tokens(usage, "cache_read_input_tokens")
        return Completion(
            text=_text(blocks),
            cut=answer.get("stop_reason") in CUT,
            sources=client.sources(_cited(blocks)),
            # What came from the cache, or went into it, is not in Anthropic's own count.
            input_tokens=_tokens(usage, "input_tokens", "cache_creation_input_tokens") + cached,
            cached_tokens=cached,
            output_tokens=_tokens(usage, "output_tokens"),
        )

    @classmethod
    def _page(cls, answer: Mapping[str, Any]) -> client.Page:
        entries = client.listed(answer, "data", "id")
        offers = client.offers(entries, name="display_name", context="max_input_tokens")
        last = answer.get("has_more") and answer.get("last_id")
        return offers, {"after_id": last} if last else {}


def _image(image: Image) -> dict[str, Any]:
    source = {"type": "base64", "media_type": image.media_type, "data": image.data}
    return {"type": "image", "source": source}


def _forced(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Make a model give its answer as the input of a tool."""
    tool = {"name": TOOL, "description": "Give your answer.", "input_schema": schema}
    return {"tools": [tool], "tool_choice": {"type": "tool", "name": TOOL}}


def _joined(legs: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the legs of one turn together: what they say, and what they used."""
    if any(not isinstance(leg.get("content"), list) for leg in legs):
        raise ModelError("the endpoint's answer holds no content")
    usage = {"all": [leg.get("usage") or {} for leg in legs]}
    return {**legs[-1], "content": [b for leg in legs for b in leg["content"]], "usage": usage}


def _tokens(usage: Mapping[str, Any], *kinds: str) -> int:
    return sum(used.get(kind) or 0 for used in usage["all"] for kind in kinds)


def _text(blocks: list[dict[str, Any]]) -> str:
    """Return what is meant to be read: no thinking, and nothing said on the way to a search."""
    for block in blocks:
        if block.get("type") == "tool_use" and block.get("name") == TOOL:
            return orjson.dumps(block.get("input")).decode()
    places = [place for place, block in enumerate(blocks, start=1) if block.get("type") == FOUND]
    after = blocks[places[-1] :] if places else blocks
    return "".join(block.get("text") or "" for block in after if block.get("type") == "text")


def _cited(blocks: list[dict[str, Any]]) -> Iterator[tuple[object, object]]:
    """Return address and title of each citation."""
    for block in blocks:
        for note in block.get("citations") or []:
            yield note.get("url"), note.get("title")


def _why(details: Mapping[str, Any]) -> object:
    return details.get("explanation") or details.get("category")
