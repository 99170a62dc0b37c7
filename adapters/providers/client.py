"""What the wire formats have in common: one endpoint, one model, and errors in our words."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from adapters.providers.http import Client, post
from adapters.providers.rejection import Rejected, sentence
from bot.errors import ModelError, ModelRefused, ProviderFailed, SchemaRefused
from bot.ports import Ability, Completion, Prompt
from bot.records import Record

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

ABILITIES = {
    "json_schema": frozenset({Ability.SCHEMA}),
    "tool": frozenset({Ability.SCHEMA}),
    "grammar": frozenset({Ability.CHOICES}),
    "none": frozenset[Ability](),
}


class Endpoint(Record):
    """Where a model is asked, and in which dialect.

    Without a `base_url` it is the vendor's own address, where the format has one. `search_with` is
    added to a request of chat completions that may search the web.
    """

    base_url: str
    key: str | None = None
    headers: Mapping[str, str] = {}
    structured: Literal["json_schema", "tool", "grammar", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    search_with: Mapping[str, Any] = {}


class HttpModel(ABC):
    """One model of one endpoint; `parameters` go into every request as they are.

    `effort` is how much a reasoning model shall think, in the words of its provider. A model that
    may `search` is asked in prose: hardly any provider takes a schema and a search together.
    """

    default_url: ClassVar[str] = ""

    def __init__(
        self,
        http: Client,
        endpoint: Endpoint,
        model: str,
        parameters: Mapping[str, Any],
        *,
        effort: str | None = None,
        search: bool = False,
    ) -> None:
        self._http, self._endpoint, self._model = http, endpoint, model
        self._parameters, self._effort, self._search = parameters, effort, search
        self.abilities = frozenset[Ability]() if search else ABILITIES[endpoint.structured]

    async def complete(self, prompt: Prompt) -> Completion:
        return self._read(await self._post(self._body(prompt), prompt))

    @classmethod
    def root(cls, endpoint: Endpoint) -> str:
        """Give the address before every path of an endpoint."""
        return (endpoint.base_url or cls.default_url).rstrip("/")

    @classmethod
    def headers(cls, endpoint: Endpoint) -> dict[str, str]:
        """Give what every request to an endpoint carries, its key included."""
        return {**cls._authorization(endpoint.key), **endpoint.headers}

    @property
    @abstractmethod
    def _address(self) -> str:
        """Where a prompt is posted."""

    @abstractmethod
    def _body(self, prompt: Prompt) -> dict[str, Any]: ...

    @abstractmethod
    def _completion(self, answer: Mapping[str, Any]) -> Completion: ...

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
        headers = self.headers(self._endpoint)
        try:
            return await post(self._http, self._address, headers=headers, body=body)
        except Rejected as error:
            raise self._translated(error, prompt) from error

    def _translated(self, error: Rejected, prompt: Prompt) -> ModelError:
        said = sentence(error, secret=self._endpoint.key)
        if error.code in FILTERED:
            return ModelRefused(said)
        about_schema = any(word in said.lower() for word in SCHEMA_WORDS)
        if prompt.json_schema and error.status in BAD_REQUEST and about_schema:
            return SchemaRefused(said)
        return ProviderFailed(said) if error.passing else ModelError(said)
