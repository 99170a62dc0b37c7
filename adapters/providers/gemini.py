"""Google's generateContent, as Gemini models speak it."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import quote

from adapters.providers import client
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt
from bot.settings.config import WireFormat

ROLES = {"user": "user", "assistant": "model"}
# Parameters that stand beside the generationConfig; all others go into it.
OUTSIDE = frozenset({"safetySettings", "toolConfig", "cachedContent", "serviceTier"})
WHOLE = frozenset({None, "STOP", "FINISH_REASON_UNSPECIFIED"})
CUT = frozenset({"MAX_TOKENS", "CONTINUATION"})
FILTERED = frozenset(
    "SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII ESCALATION MODEL_ARMOR "
    "PUP_LIMITED_DISABLED".split()
)


class GeminiClient(client.HttpModel):
    """A model behind generateContent."""

    wire_format = WireFormat(
        name="gemini",
        structured=("json_schema", "none"),
        efforts=("minimal", "low", "medium", "high", "xhigh"),
    )
    default_url = "https://generativelanguage.googleapis.com/v1beta"
    listing: ClassVar = {"pageSize": "1000"}

    @property
    def _address(self) -> str:
        name = quote(self.model.removeprefix("models/"), safe="")
        return f"{self.root(self.endpoint)}/models/{name}:generateContent"

    @staticmethod
    def _authorization(key: str | None) -> dict[str, str]:
        return {"x-goog-api-key": key} if key else {}

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        outside = {key: v for key, v in self.parameters.items() if key in OUTSIDE}
        contents = [{"role": ROLES[t.role], "parts": [{"text": t.text}]} for t in prompt.turns]
        contents[0]["parts"] = [*map(_image, prompt.images), {"text": prompt.turns[0].text}]
        body: dict[str, Any] = {
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "contents": contents,
            "generationConfig": self._generation(prompt),
            **outside,
        }
        return body | ({"tools": [{"googleSearch": {}}]} if self.search else {})

    def _generation(self, prompt: Prompt) -> dict[str, Any]:
        inside = {key: v for key, v in self.parameters.items() if key not in OUTSIDE}
        config: dict[str, Any] = {**inside, "maxOutputTokens": prompt.max_tokens}
        if self.effort:
            level = {"thinkingLevel": self.effort.upper()}
            config["thinkingConfig"] = {**config.get("thinkingConfig", {}), **level}
        if prompt.json_schema:
            config["responseMimeType"] = "application/json"
            config["responseJsonSchema"] = prompt.json_schema
        return config

    def _completion(self, answer: Mapping[str, Any]) -> Completion:
        candidate = _candidate(answer)
        usage = answer.get("usageMetadata") or {}
        return Completion(
            text=_text(candidate),
            cut=candidate.get("finishReason") in CUT,
            sources=client.sources(_grounds(candidate)),
            input_tokens=_tokens(usage, "promptTokenCount", "toolUsePromptTokenCount"),
            cached_tokens=_tokens(usage, "cachedContentTokenCount"),
            output_tokens=_tokens(usage, "candidatesTokenCount", "thoughtsTokenCount"),
        )

    @classmethod
    def _page(cls, answer: Mapping[str, Any]) -> client.Page:
        usable = (
            entry
            for entry in client.listed(answer, "models", "name")
            if "generateContent" in (entry.get("supportedGenerationMethods") or [])
        )
        token = answer.get("nextPageToken")
        names = {"model": "name", "name": "displayName", "context": "inputTokenLimit"}
        return client.offers(usable, **names), {"pageToken": token} if token else {}


def _image(image: Image) -> dict[str, Any]:
    return {"inlineData": {"mimeType": image.media_type, "data": image.data}}


def _candidate(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return the one answer. Raises ModelRefused where a filter acted, else ModelError."""
    if blocked := (answer.get("promptFeedback") or {}).get("blockReason"):
        raise client.held_back("question", blocked)
    candidates = answer.get("candidates")
    if not candidates or not isinstance(candidates[0], dict):
        raise ModelError("the endpoint's answer holds no candidate")
    candidate: dict[str, Any] = candidates[0]
    finish = candidate.get("finishReason")
    if finish in FILTERED:
        raise client.held_back("answer", finish)
    if finish not in WHOLE | CUT and not _text(candidate):
        raise ModelError(f"the model stopped without an answer ({finish})")
    return candidate


def _text(candidate: Mapping[str, Any]) -> str:
    """Return what is meant to be read, without the thoughts."""
    parts = (candidate.get("content") or {}).get("parts") or []
    return "".join(part.get("text") or "" for part in parts if not part.get("thought"))


def _grounds(candidate: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    """Return address and title of each page that the answer rests on."""
    for chunk in (candidate.get("groundingMetadata") or {}).get("groundingChunks") or []:
        page = chunk.get("web") or {}
        yield page.get("uri"), page.get("title")


def _tokens(usage: Mapping[str, Any], *kinds: str) -> int:
    return sum(usage.get(kind) or 0 for kind in kinds)
