"""Google's generateContent, as Gemini models speak it."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from adapters.providers.client import HttpModel
from adapters.providers.pictures import illustrated
from adapters.providers.reading import held_back, sources
from bot.errors import ModelError
from bot.ports import Completion, Image, Prompt

ROLES = {"user": "user", "assistant": "model"}
# Parameters that stand beside the generationConfig; all others go into it.
OUTSIDE = frozenset({"safetySettings", "toolConfig", "cachedContent", "serviceTier"})
WHOLE = frozenset({None, "STOP", "FINISH_REASON_UNSPECIFIED"})
CUT = frozenset({"MAX_TOKENS", "CONTINUATION"})
FILTERED = frozenset(
    "SAFETY RECITATION LANGUAGE BLOCKLIST PROHIBITED_CONTENT SPII ESCALATION MODEL_ARMOR "
    "PUP_LIMITED_DISABLED".split()
)


class GeminiClient(HttpModel):
    """A model behind generateContent."""

    default_url = "https://generativelanguage.googleapis.com/v1beta"

    @property
    def _address(self) -> str:
        name = quote(self._model.removeprefix("models/"), safe="")
        return f"{self.root(self._endpoint)}/models/{name}:generateContent"

    @staticmethod
    def _authorization(key: str | None) -> dict[str, str]:
        return {"x-goog-api-key": key} if key else {}

    def _body(self, prompt: Prompt) -> dict[str, Any]:
        outside = {key: v for key, v in self._parameters.items() if key in OUTSIDE}
        body: dict[str, Any] = {
            "systemInstruction": {"parts": [{"text": prompt.system}]},
            "contents": [
                {"role": ROLES[turn.role], "parts": [*map(_image, images), {"text": turn.text}]}
                for turn, images in illustrated(prompt)
            ],
            "generationConfig": self._generation(prompt),
            **outside,
        }
        return body | ({"tools": [{"googleSearch": {}}]} if self._search else {})

    def _generation(self, prompt: Prompt) -> dict[str, Any]:
        inside = {key: v for key, v in self._parameters.items() if key not in OUTSIDE}
        config: dict[str, Any] = {**inside, "maxOutputTokens": prompt.max_tokens}
        if self._effort:
            level = {"thinkingLevel": self._effort.upper()}
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
            sources=sources(_grounds(candidate)),
            input_tokens=_tokens(usage, "promptTokenCount", "toolUsePromptTokenCount"),
            cached_tokens=_tokens(usage, "cachedContentTokenCount"),
            output_tokens=_tokens(usage, "candidatesTokenCount", "thoughtsTokenCount"),
        )


def _image(image: Image) -> dict[str, Any]:
    return {"inlineData": {"mimeType": image.media_type, "data": image.data}}


def _candidate(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Give the one answer. Raises ModelRefused where a filter acted, else ModelError."""
    if blocked := (answer.get("promptFeedback") or {}).get("blockReason"):
        raise held_back("question", blocked)
    candidates = answer.get("candidates")
    if not candidates or not isinstance(candidates[0], dict):
        raise ModelError("the endpoint's answer holds no candidate")
    candidate: dict[str, Any] = candidates[0]
    finish = candidate.get("finishReason")
    if finish in FILTERED:
        raise held_back("answer", finish)
    if finish not in WHOLE | CUT and not _text(candidate):
        raise ModelError(f"the model stopped without an answer ({finish})")
    return candidate


def _text(candidate: Mapping[str, Any]) -> str:
    """Give what is meant to be read, without the thoughts."""
    parts = (candidate.get("content") or {}).get("parts") or []
    return "".join(part.get("text") or "" for part in parts if not part.get("thought"))


def _grounds(candidate: Mapping[str, Any]) -> Iterator[tuple[object, object]]:
    """Give address and title of each page that the answer rests on."""
    for chunk in (candidate.get("groundingMetadata") or {}).get("groundingChunks") or []:
        page = chunk.get("web") or {}
        yield page.get("uri"), page.get("title")


def _tokens(usage: Mapping[str, Any], *kinds: str) -> int:
    return sum(usage.get(kind) or 0 for kind in kinds)
