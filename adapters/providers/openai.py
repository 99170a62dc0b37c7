"""OpenAI's chat completions, the format that most endpoints and model servers speak."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.providers import client
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt
from bot.settings.config import WireFormat


class OpenAIClient(client.HttpModel):
    """A model behind chat completions."""

    wire_format = WireFormat(
        name="openai",
        structured=("json_schema", "grammar", "none"),
        needs_base_url=True,
        search="search_with",
    )
    path = "/chat/completions"

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        system = {"role": "system", "content": prompt.system}
        said = [system, *client.messages(prompt, _image)]
        body = {"model": self.model, "messages": said, **self.parameters}
        body[self.endpoint.limit_field] = prompt.max_tokens
        if self.effort:
            body["reasoning_effort"] = self.effort
        if self.search:
            body |= self.endpoint.search_with
        if prompt.json_schema:
            named = {"name": "answer", "strict": True, "schema": prompt.json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": named}
        if prompt.choices:
            body |= {"grammar": _grammar(prompt.choices), "temperature": 0}
        return body

    def _completion(self, answer: Mapping[str, Any]) -> Completion:
        choice, message = _message(answer)
        usage = answer.get("usage") or {}
        return Completion(
            text=_text(message.get("content")),
            cut=choice.get("finish_reason") == "length",
            sources=client.sources(_cited(message)),
            input_tokens=usage.get("prompt_tokens") or 0,
            cached_tokens=_cached(usage),
            output_tokens=usage.get("completion_tokens") or 0,
            cost_usd=_cost(usage.get("cost")),
        )


class EmbeddedClient(OpenAIClient):
    """The embedded model, whose server speaks chat completions and takes a grammar."""

    wire_format = WireFormat(name="embedded", efforts=(), search="none")


def _image(image: Image) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": client.data_url(image)}}


def _grammar(choices: Sequence[str]) -> str:
    """Allow nothing but these strings, in llama.cpp's notation (GBNF)."""
    quoted = (choice.replace("\\", "\\\\").replace('"', '\\"') for choice in choices)
    return "root ::= " + " | ".join(f'"{choice}"' for choice in quoted)


def _message(answer: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the choice and its message. Raises ModelRefused, or ModelError where none is."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
    except (KeyError, IndexError, TypeError):
        raise ModelError("the endpoint's answer holds no message") from None
    if message.get("refusal"):
        raise client.refused(message["refusal"])
    if choice.get("finish_reason") == "content_filter":
        raise client.held_back("answer", None)
    if isinstance(error := choice.get("error"), dict):  # OpenRouter, where a model broke down
        raise ModelError(f"its provider broke off: {client.line(error.get('message'))}")
    return choice, message


def _text(content: object) -> str:
    """Return the text of a message; some endpoints send it as parts, of which some are thoughts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content or "")


def _cited(message: Mapping[str, Any]) -> list[tuple[object, object]]:
    """Return address and title of each citation."""
    notes = (note.get("url_citation") for note in message.get("annotations") or [])
    return [(note.get("url"), note.get("title")) for note in notes if isinstance(note, dict)]


def _cached(usage: Mapping[str, Any]) -> int:
    """Return the tokens that came from a cache; DeepSeek tells them beside the others."""
    details = usage.get("prompt_tokens_details") or {}
    return details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or 0


def _cost(stated: object) -> float | None:
    """Return the cost in US dollars where it is stated as a number; only gateways do."""
    return float(stated) if isinstance(stated, int | float) else None
