"""OpenAI's chat completions, the format that most endpoints and model servers speak."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import httpx

from adapters.providers.http import Rejected, post, sentence
from bot.errors import ModelError, ModelRefused, SchemaRefused
from bot.poll import Record
from bot.ports import Ability, Completion, Prompt

SCHEMA_WORDS = ("response_format", "json_schema", "schema", "structured")
BAD_REQUEST = frozenset({400, 404, 422})

ABILITIES = {
    "json_schema": frozenset({Ability.SCHEMA}),
    "grammar": frozenset({Ability.CHOICES}),
    "none": frozenset[Ability](),
}


class Endpoint(Record):
    """Where a model is asked, and in which dialect."""

    base_url: str
    key: str | None = None
    headers: Mapping[str, str] = {}
    structured: Literal["json_schema", "grammar", "none"] = "json_schema"
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


class OpenAIClient:
    """One model of one endpoint; `parameters` go into every request as they are."""

    def __init__(
        self, http: httpx.AsyncClient, endpoint: Endpoint, model: str, parameters: Mapping[str, Any]
    ) -> None:
        self._http, self._endpoint = http, endpoint
        self._model, self._parameters = model, parameters
        self.abilities = ABILITIES[endpoint.structured]

    async def complete(self, prompt: Prompt) -> Completion:
        endpoint = self._endpoint
        authorization = {"Authorization": f"Bearer {endpoint.key}"} if endpoint.key else {}
        try:
            answer = await post(
                self._http,
                f"{endpoint.base_url.rstrip('/')}/chat/completions",
                headers={**authorization, **endpoint.headers},
                body=self._body(prompt),
            )
        except Rejected as error:
            raise self._translated(error, prompt) from error
        return _completion(answer)

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        messages = [{"role": "system", "content": prompt.system}]
        messages += [{"role": turn.role, "content": turn.text} for turn in prompt.turns]
        body = {"model": self._model, "messages": messages, **self._parameters}
        body[self._endpoint.limit_field] = prompt.max_tokens
        if prompt.json_schema:
            named = {"name": "answer", "strict": True, "schema": prompt.json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        if prompt.choices:
            body |= {"grammar": _grammar(prompt.choices), "temperature": 0}
        return body

    def _translated(self, error: Rejected, prompt: Prompt) -> ModelError:
        said = sentence(error, secret=self._endpoint.key)
        about_schema = any(word in said.lower() for word in SCHEMA_WORDS)
        if prompt.json_schema and error.status in BAD_REQUEST and about_schema:
            return SchemaRefused(said)
        return ModelError(said)


def _grammar(choices: Sequence[str]) -> str:
    """Allow nothing but these strings, in llama.cpp's notation (GBNF)."""
    quoted = (choice.replace("\\", "\\\\").replace('"', '\\"') for choice in choices)
    return "root ::= " + " | ".join(f'"{choice}"' for choice in quoted)


def _completion(answer: Mapping[str, Any]) -> Completion:
    try:
        choice = answer["choices"][0]
        message = choice["message"]
    except (KeyError, IndexError, TypeError):
        raise ModelError("the endpoint's answer holds no message") from None
    if message.get("refusal"):
        raise ModelRefused(f"declined to answer: {_line(message['refusal'])}")
    if choice.get("finish_reason") == "content_filter":
        raise ModelRefused("its provider's filter held the answer back")
    usage = answer.get("usage") or {}
    return Completion(
        text=_text(message.get("content")),
        cut=choice.get("finish_reason") == "length",
        input_tokens=usage.get("prompt_tokens") or 0,
        output_tokens=usage.get("completion_tokens") or 0,
        cost_usd=usage.get("cost"),
    )


def _text(content: object) -> str:
    """Give the text of a message; some endpoints send it as a list of parts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content or "")


def _line(text: str) -> str:
    return " ".join(str(text).split())[:200]
