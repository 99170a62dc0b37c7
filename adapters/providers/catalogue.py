"""What a provider offers: its models, with their prices where it says them."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from adapters.providers.client import MISSHAPEN, Endpoint, HttpModel
from adapters.providers.http import Client, get
from adapters.providers.rejection import Rejected, sentence
from bot.errors import ModelError
from bot.records import Record

MILLION = 1_000_000
PAGES = 20  # at the most; a thousand models each where the provider lets us say how many


class Offer(Record):
    """A model by its name at the provider; prices are in US dollars for a million tokens."""

    model: str
    name: str
    context: int | None = None  # tokens that it takes
    input_usd: float | None = None
    output_usd: float | None = None


Page = tuple[list[Offer], dict[str, str]]  # and the query of the next page, where there is one


async def offered(
    http: Client, api: str, client: type[HttpModel], endpoint: Endpoint
) -> list[Offer]:
    """List the models of an endpoint by name. Raises ModelError."""
    first, read = LISTINGS[api]
    offers, query = list[Offer](), first
    for _ in range(PAGES):
        address = f"{client.root(endpoint)}/models"
        url = f"{address}?{urlencode(query)}" if query else address
        try:
            page, query = read(await get(http, url, headers=client.headers(endpoint)))
        except Rejected as error:
            raise ModelError(sentence(error, secret=endpoint.key)) from error
        except MISSHAPEN as error:
            raise ModelError("the endpoint's list of models is not of its format") from error
        offers += page
        if not query:
            break
    return sorted(offers, key=lambda offer: offer.model)


def _openai(answer: Mapping[str, Any]) -> Page:
    return [_priced(entry) for entry in _entries(answer, "data", "id")], {}


def _priced(entry: Mapping[str, Any]) -> Offer:
    """Read one entry; OpenRouter's tells dollars for one token."""
    pricing = entry.get("pricing") or {}
    return Offer(
        model=entry["id"],
        name=entry.get("name") or entry["id"],
        context=entry.get("context_length"),
        input_usd=_price(pricing.get("prompt")),
        output_usd=_price(pricing.get("completion")),
    )


def _price(told: object) -> float | None:
    """Read a price for one token; where it depends, as of a router of models, it is below zero."""
    try:
        price = float(str(told))
    except ValueError:
        return None
    return round(price * MILLION, 6) if price >= 0 else None


def _anthropic(answer: Mapping[str, Any]) -> Page:
    offers = [
        Offer(
            model=entry["id"],
            name=entry.get("display_name") or entry["id"],
            context=entry.get("max_input_tokens"),
        )
        for entry in _entries(answer, "data", "id")
    ]
    more = answer.get("has_more") and answer.get("last_id")
    return offers, {"limit": "1000", "after_id": more} if more else {}


def _gemini(answer: Mapping[str, Any]) -> Page:
    offers = [
        Offer(
            model=entry["name"].removeprefix("models/"),
            name=entry.get("displayName") or entry["name"],
            context=entry.get("inputTokenLimit"),
        )
        for entry in _entries(answer, "models", "name")
        if "generateContent" in (entry.get("supportedGenerationMethods") or [])
    ]
    more = answer.get("nextPageToken")
    return offers, {"pageSize": "1000", "pageToken": more} if more else {}


def _entries(answer: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    """Give the entries that have a name. Raises ModelError where there is no list."""
    entries = answer.get(key)
    if not isinstance(entries, list):
        raise ModelError("the endpoint's answer holds no list of models")
    return [e for e in entries if isinstance(e, dict) and isinstance(e.get(name), str)]


LISTINGS: dict[str, tuple[dict[str, str], Callable[[Mapping[str, Any]], Page]]] = {
    "openai": ({}, _openai),
    "responses": ({}, _openai),
    "anthropic": ({"limit": "1000"}, _anthropic),
    "gemini": ({"pageSize": "1000"}, _gemini),
}
