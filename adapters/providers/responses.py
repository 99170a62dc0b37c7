"""OpenAI's responses, the format in which its newest models can do everything they can."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from adapters.providers.client import HttpModel
from adapters.providers.pictures import data_url, illustrated
from adapters.providers.reading import held_back, refused, sources
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt, Turn


class ResponsesClient(HttpModel):
    """A model behind the responses API."""

    default_url = "https://api.openai.com/v1"

    @property
    def _address(self) -> str:
        return f"{self.root(self._endpoint)}/responses"

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        turns = [
            {"role": turn.role, "content": _content(turn, images)}
            for turn, images in illustrated(prompt)
        ]
        body: dict[str, Any] = {
            "model": self._model,
            "instructions": prompt.system,
            "input": turns,
            "store": False,  # a poll is nobody's business but the channel's
            **self._parameters,
            "max_output_tokens": prompt.max_tokens,
        }
        if self._effort:
            body["reasoning"] = {**body.get("reasoning", {}), "effort": self._effort}
        if self._search:
            body["tools"] = [*body.get("tools", []), {"type": "web_search"}]
        if prompt.json_schema:
            form = {"type": "json_schema", "name": "answer", "strict": True}
            form |= {"schema": prompt.json_schema}
            body["text"] = {**body.get("text", {}), "format": form}
        return body

    def _completion(self, answer: Mapping[str, Any]) -> Completion:
        stopped = _stopped(answer)
        parts = list(_parts(answer))
        for part in parts:
            if part.get("type") == "refusal":
                raise refused(part.get("refusal"))
        usage = answer.get("usage") or {}
        return Completion(
            text="".join(part.get("text") or "" for part in parts),
            cut=stopped == "max_output_tokens",
            sources=sources(_cited(parts)),
            input_tokens=usage.get("input_tokens") or 0,
            cached_tokens=(usage.get("input_tokens_details") or {}).get("cached_tokens") or 0,
            output_tokens=usage.get("output_tokens") or 0,
        )


def _content(turn: Turn, images: Sequence[Image]) -> str | list[dict[str, Any]]:
    if not images:
        return turn.text
    shown = [{"type": "input_image", "image_url": data_url(image)} for image in images]
    return [*shown, {"type": "input_text", "text": turn.text}]


def _stopped(answer: Mapping[str, Any]) -> str | None:
    """Tell why an answer is not whole, where it is not. Raises ModelError where it is none."""
    if not isinstance(answer.get("output"), list):
        raise ModelError("the endpoint's answer holds no output")
    reason = (answer.get("incomplete_details") or {}).get("reason")
    if reason == "content_filter":
        raise held_back("answer", None)
    if answer.get("status") not in {"completed", "incomplete"}:
        raise ModelError(f"the endpoint left its answer {answer.get('status')}")
    return reason


def _parts(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the parts of the messages; neither thinking nor searching nor thinking aloud."""
    for item in answer["output"]:
        if item.get("type") == "message" and item.get("phase") != "commentary":
            yield from item.get("content") or []


def _cited(parts: list[dict[str, Any]]) -> list[tuple[object, object]]:
    """Give address and title of each citation."""
    notes = (note for part in parts for note in part.get("annotations") or [])
    cited = (note for note in notes if note.get("type") == "url_citation")
    return [(note.get("url"), note.get("title")) for note in cited]
