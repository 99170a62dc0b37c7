"""OpenAI's chat completions, the format that most endpoints and model servers speak."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.providers.client import HttpModel
from adapters.providers.pictures import data_url, illustrated
from adapters.providers.reading import held_back, line, refused, sources
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt, Turn


class OpenAIClient(HttpModel):
    """A model behind chat completions."""

    @property
    def _address(self) -> str:
        return f"{self.root(self._endpoint)}/chat/completions"

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        messages: list[dict[str, Any]] = [{"role": "system", "content": prompt.system}]
        messages += [
            {"role": turn.role, "content": _content(turn, images)}
            for turn, images in illustrated(prompt)
        ]
        body = {"model": self._model, "messages": messages, **self._parameters}
        body[self._endpoint.limit_field] = prompt.max_tokens
        if self._effort:
            body["reasoning_effort"] = self._effort
        if self._search:
            body |= self._endpoint.search_with
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
            sources=sources(_cited(message)),
            input_tokens=usage.get("prompt_tokens") or 0,
            cached_tokens=_cached(usage),
            output_tokens=usage.get("completion_tokens") or 0,
            cost_usd=_cost(usage.get("cost")),
        )


def _content(turn: Turn, images: Sequence[Image]) -> str | list[dict[str, Any]]:
    if not images:
        return turn.text
    shown = [{"type": "image_url", "image_url": {"url": data_url(image)}} for image in images]
    return [*shown, {"type": "text", "text": turn.text}]


def _grammar(choices: Sequence[str]) -> str:
    """Allow nothing but these strings, in llama.cpp's notation (GBNF)."""
    quoted = (choice.replace("\\", "\\\\").replace('"', '\\"') for choice in choices)
    return "root ::= " + " | ".join(f'"{choice}"' for choice in quoted)


def _message(answer: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the choice and its message. Raises ModelRefused, and ModelError where there is none."""
    try:
        choice = answer["choices"][0]
        message = choice["message"]
    except (KeyError, IndexError, TypeError):
        raise ModelError("the endpoint's answer holds no message") from None
    if message.get("refusal"):
        raise refused(message["refusal"])
    if choice.get("finish_reason") == "content_filter":
        raise held_back("answer", None)
    if isinstance(error := choice.get("error"), dict):  # OpenRouter, where a model broke down
        raise ModelError(f"its provider broke off: {line(error.get('message'))}")
    return choice, message


def _text(content: object) -> str:
    """Give the text of a message; some endpoints send it as parts, of which some are thoughts."""
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return str(content or "")


def _cited(message: Mapping[str, Any]) -> list[tuple[object, object]]:
    """Give address and title of each citation."""
    notes = (note.get("url_citation") for note in message.get("annotations") or [])
    return [(note.get("url"), note.get("title")) for note in notes if isinstance(note, dict)]


def _cached(usage: Mapping[str, Any]) -> int:
    """Give the tokens that came from a cache; DeepSeek tells them beside the others."""
    details = usage.get("prompt_tokens_details") or {}
    return details.get("cached_tokens") or usage.get("prompt_cache_hit_tokens") or 0


def _cost(told: object) -> float | None:
    """Give the cost in US dollars where it is told as a number; only gateways do."""
    return float(told) if isinstance(told, int | float) else None
