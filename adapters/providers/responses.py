"""OpenAI's responses, the format in which its newest models can do everything they can."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.providers import client
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt
from bot.settings.config import WireFormat


class ResponsesClient(client.HttpModel):
    """A model behind the responses API."""

    wire_format = WireFormat(name="responses", structured=("json_schema", "none"))
    default_url = "https://api.openai.com/v1"
    path = "/responses"

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        body: dict[str, Any] = {
            "model": self.model,
            "instructions": prompt.system,
            "input": client.messages(prompt, _image, text="input_text"),
            "store": False,  # a poll is nobody's business but the channel's
            **self.parameters,
            "max_output_tokens": prompt.max_tokens,
        }
        if self.effort:
            body["reasoning"] = {**body.get("reasoning", {}), "effort": self.effort}
        if self.search:
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
                raise client.refused(part.get("refusal"))
        usage = answer.get("usage") or {}
        return Completion(
            text="".join(part.get("text") or "" for part in parts),
            cut=stopped == "max_output_tokens",
            sources=client.sources(_cited(parts)),
            input_tokens=usage.get("input_tokens") or 0,
            cached_tokens=(usage.get("input_tokens_details") or {}).get("cached_tokens") or 0,
            output_tokens=usage.get("output_tokens") or 0,
        )


def _image(image: Image) -> dict[str, Any]:
    return {"type": "input_image", "image_url": client.data_url(image)}


def _stopped(answer: Mapping[str, Any]) -> str | None:
    """Tell why an answer is not whole, where it is not. Raises ModelError where it is none."""
    if not isinstance(answer.get("output"), list):
        raise ModelError("the endpoint's answer holds no output")
    reason = (answer.get("incomplete_details") or {}).get("reason")
    if reason == "content_filter":
        raise client.held_back("answer", None)
    if answer.get("status") not in {"completed", "incomplete"}:
        raise ModelError(f"the endpoint left its answer {answer.get('status')}")
    return reason


def _parts(answer: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Return the parts of the messages; neither thinking nor searching nor thinking aloud."""
    for item in answer["output"]:
        if item.get("type") == "message" and item.get("phase") != "commentary":
            yield from item.get("content") or []


def _cited(parts: list[dict[str, Any]]) -> list[tuple[object, object]]:
    """Return address and title of each citation."""
    notes = (note for part in parts for note in part.get("annotations") or [])
    cited = (note for note in notes if note.get("type") == "url_citation")
    return [(note.get("url"), note.get("title")) for note in cited]
