"""What the wire formats have in common: one endpoint, one model, and errors in our words."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from adapters.providers.http import Client, ask
from adapters.providers.rejection import Rejected, sentence
from bot.errors import ModelError, ModelRefused, ProviderFailed, SchemaRefused
from bot.ports import Ability, Completion, Image, Prompt
from bot.records import Record, Source
from bot.settings.config import Dialect, WireFormat

BAD_REQUEST = frozenset({400, 404, 422})
# How endpoints name what they will not take, when a request asks for JSON of a schema.
SCHEMA_WORDS = (
    "response_format",
    "schema",
    "structured",
    "output_config",
    "tool_choice",
    "mime type",
    "json mode",
)
# Codes of a request that a filter held back.
FILTERED = frozenset(
    "content_filter content_policy_violation invalid_prompt bio_policy "
    "misalignment_policy_violation".split()
)
# What reading JSON runs into where it has another shape than it should.
MISSHAPEN = (AttributeError, IndexError, KeyError, TypeError, ValueError)
MAX_REASON = 200  # characters of what a model or its provider said
MILLION = 1_000_000
PAGES = 20  # of a list of models; a thousand each where the provider lets us say how many

ABILITIES = {
    "json_schema": frozenset({Ability.SCHEMA}),
    "tool": frozenset({Ability.SCHEMA}),
    "grammar": frozenset({Ability.CHOICES}),
    "none": frozenset[Ability](),
}


class Endpoint(Dialect):
    """Where a model is asked, and in which dialect.

    Without a `base_url` it is the vendor's own address, where the format has one. `search_with` is
    added to a request of chat completions that may search the web.
    """

    base_url: str
    key: str | None = None


class Offer(Record):
    """A model by its name at the provider; prices are in US dollars for a million tokens."""

    model: str
    name: str
    context: int | None = None  # tokens that it takes
    input_usd: float | None = None
    output_usd: float | None = None


Page = tuple[list[Offer], dict[str, str]]  # and what the query of the next page holds too


@dataclass
class HttpModel(ABC):
    """One model of one endpoint; `parameters` go into every request as they are.

    `effort` is how much a reasoning model shall think, in the words of its provider. A model that
    may `search` is asked in prose: hardly any provider takes a schema and a search together.
    """

    wire_format: ClassVar[WireFormat]
    default_url: ClassVar[str] = ""
    path: ClassVar[str] = ""  # that a prompt is posted to
    listing: ClassVar[Mapping[str, str]] = {}  # the query of a list of models

    http: Client
    endpoint: Endpoint
    model: str
    parameters: Mapping[str, Any]
    _: KW_ONLY
    effort: str | None = None
    search: bool = False

    def __post_init__(self) -> None:
        self.abilities = ABILITIES["none" if self.search else self.endpoint.structured]

    async def complete(self, prompt: Prompt) -> Completion:
        return self._read(await self._post(self._body(prompt), prompt))

    @classmethod
    async def offers(cls, http: Client, endpoint: Endpoint) -> list[Offer]:
        """List the models of an endpoint by name. Raises ModelError."""
        found, further = list[Offer](), dict[str, str]()
        address = f"{cls.root(endpoint)}/models"
        for _ in range(PAGES):
            query = urlencode({**cls.listing, **further})
            url = f"{address}?{query}" if query else address
            try:
                page, further = cls._page(await ask(http, url, headers=cls.headers(endpoint)))
            except Rejected as error:
                raise ModelError(sentence(error, secret=endpoint.key)) from error
            except MISSHAPEN as error:
                raise ModelError("the endpoint's list of models is not of its format") from error
            found += page
            if not further:
                break
        return sorted(found, key=lambda offer: offer.model)

    @classmethod
    def root(cls, endpoint: Endpoint) -> str:
        """Return the address before every path of an endpoint."""
        return (endpoint.base_url or cls.default_url).rstrip("/")

    @classmethod
    def headers(cls, endpoint: Endpoint) -> dict[str, str]:
        """Return what every request to an endpoint carries, its key included."""
        return {**cls._authorization(endpoint.key), **endpoint.headers}

    @property
    def _address(self) -> str:
        return f"{self.root(self.endpoint)}{self.path}"

    @abstractmethod
    def _body(self, prompt: Prompt) -> dict[str, Any]: ...

    @abstractmethod
    def _completion(self, answer: Mapping[str, Any]) -> Completion: ...

    @classmethod
    def _page(cls, answer: Mapping[str, Any]) -> Page:
        """Read one page of a list of models, which most formats have as OpenAI has it."""
        return offers(listed(answer, "data", "id")), {}

    def _read(self, answer: Mapping[str, Any]) -> Completion:
        """Read an answer, whatever it is. Raises ModelError."""
        try:
            return self._completion(answer)
        except MISSHAPEN as error:
            raise ModelError("the endpoint's answer is not of the format that it speaks") from error

    @staticmethod
    def _authorization(key: str | None) -> dict[str, str]:
        return {"Authorization": f"Bearer {key}"} if key else {}

    async def _post(self, body: Mapping[str, Any], prompt: Prompt) -> dict[str, Any]:
        headers = self.headers(self.endpoint)
        try:
            return await ask(self.http, self._address, headers=headers, body=body)
        except Rejected as error:
            raise self._translated(error, prompt) from error

    def _translated(self, error: Rejected, prompt: Prompt) -> ModelError:
        said = sentence(error, secret=self.endpoint.key)
        if error.code in FILTERED:
            return ModelRefused(said)
        about_schema = any(word in said.lower() for word in SCHEMA_WORDS)
        if prompt.json_schema and error.status in BAD_REQUEST and about_schema:
            return SchemaRefused(said)
        return ProviderFailed(said) if error.passing else ModelError(said)


def messages(
    prompt: Prompt, image: Callable[[Image], dict[str, Any]], *, text: str = "text"
) -> list[dict[str, Any]]:
    """Return each turn as a message; the images stand before the text of the first, as parts."""
    turns: list[dict[str, Any]] = [{"role": t.role, "content": t.text} for t in prompt.turns]
    if prompt.images:
        parts = [*map(image, prompt.images), {"type": text, "text": prompt.turns[0].text}]
        turns[0]["content"] = parts
    return turns


def data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{image.data}"


def listed(answer: Mapping[str, Any], key: str, name: str) -> list[dict[str, Any]]:
    """Return the entries of a list that have a name. Raises ModelError where there is no list."""
    entries = answer.get(key)
    if not isinstance(entries, list):
        raise ModelError("the endpoint's answer holds no list of models")
    return [e for e in entries if isinstance(e, dict) and isinstance(e.get(name), str)]


def offers(
    entries: Iterable[Mapping[str, Any]],
    *,
    model: str = "id",
    name: str = "name",
    context: str = "context_length",
) -> list[Offer]:
    """Read the models of a list by what a format calls their parts; prices, as OpenRouter does."""
    return [
        Offer(
            model=entry[model].removeprefix("models/"),  # as Google's are called
            name=entry.get(name) or entry[model],
            context=entry.get(context),
            input_usd=_price((entry.get("pricing") or {}).get("prompt")),
            output_usd=_price((entry.get("pricing") or {}).get("completion")),
        )
        for entry in entries
    ]


def line(said: object) -> str:
    """Return what a model or its provider said as the end of a sentence of ours."""
    return " ".join(str(said or "").split())[:MAX_REASON].rstrip(". ")


def refused(reason: object) -> ModelRefused:
    """Tell that a model declined, in its own words where it has any."""
    text = line(reason)
    return ModelRefused(f"declined to answer: {text}" if text else "declined to answer")


def held_back(what: str, reason: object) -> ModelRefused:
    """Tell that a provider's filter held back the question or the answer, and why."""
    why = f" ({reason})" if reason else ""
    return ModelRefused(f"its provider's filter held the {what} back{why}")


def sources(found: Iterable[tuple[object, object]]) -> tuple[Source, ...]:
    """Return each source once, from pairs of address and title."""
    kept: dict[str, Source] = {}
    for url, title in found:
        if isinstance(url, str) and url.startswith(("https://", "http://")):
            kept.setdefault(url, Source(url=url, title=" ".join(str(title or url).split())))
    return tuple(kept.values())


def _price(stated: object) -> float | None:
    """Read a price for one token; where it depends, as of a router of models, it is below zero."""
    try:
        price = float(str(stated))
    except ValueError:
        return None
    return round(price * MILLION, 6) if price >= 0 else None
