"""What each wire format takes and gives: the contract of every provider runs over this.

Requests are as the hosted APIs take them; whatever else they would answer with status 400. The
answers stand in tests/corpus/providers/, one file a wire format.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field

from adapters.providers.client import HttpModel
from adapters.providers.formats import CLIENTS

RECORDED = Path(__file__).parents[1] / "corpus" / "providers"
KEY = "test-key"
MODEL = "some-model"
Text = Annotated[str, Field(min_length=1)]
DataUrl = Annotated[str, Field(pattern="^data:image/[a-z]+;base64,[A-Za-z0-9+/=]+$")]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class InputText(Strict):
    type: Literal["input_text"]
    text: Text


class InputImage(Strict):
    type: Literal["input_image"]
    image_url: DataUrl


class Turn(Strict):
    role: Literal["user", "assistant"]
    content: Text | list[InputImage | InputText]


class JsonSchema(Strict):
    name: Text
    strict: bool
    schema_: dict[str, Any] = Field(alias="schema")


class ChatForm(Strict):
    type: Literal["json_schema"]
    json_schema: JsonSchema


class ChatText(Strict):
    type: Literal["text"]
    text: Text


class ImageUrl(Strict):
    url: DataUrl


class ChatImage(Strict):
    type: Literal["image_url"]
    image_url: ImageUrl


class ChatTurn(Strict):
    role: Literal["system", "user", "assistant"]
    content: Text | list[ChatImage | ChatText]


class ChatRequest(Strict):
    model: Text
    messages: list[ChatTurn] = Field(min_length=1)
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    temperature: float | None = None
    reasoning_effort: Effort | None = None
    response_format: ChatForm | None = None
    plugins: list[dict[str, Any]] | None = None


class ResponsesForm(JsonSchema):
    type: Literal["json_schema"]


class ResponsesText(Strict):
    format: ResponsesForm


class Reasoning(Strict):
    effort: Effort


class WebSearch(Strict):
    type: Literal["web_search"]


class ResponsesRequest(Strict):
    model: Text
    instructions: str
    input: list[Turn] = Field(min_length=1)
    store: bool
    max_output_tokens: int = Field(ge=16)
    temperature: float | None = None
    reasoning: Reasoning | None = None
    text: ResponsesText | None = None
    tools: list[WebSearch] | None = None


class AnthropicForm(Strict):
    type: Literal["json_schema"]
    schema_: dict[str, Any] = Field(alias="schema")


class OutputConfig(Strict):
    effort: Literal["low", "medium", "high", "xhigh", "max"] | None = None
    format: AnthropicForm | None = None


class AnthropicTurn(Strict):
    role: Literal["user", "assistant"]
    content: Text | list[dict[str, Any]]


class SearchTool(Strict):
    type: Literal["web_search_20250305"]
    name: Literal["web_search"]
    max_uses: int


class OwnTool(Strict):
    name: Text
    description: Text
    input_schema: dict[str, Any]


class ToolChoice(Strict):
    type: Literal["tool"]
    name: Text


class AnthropicRequest(Strict):
    model: Text
    system: str
    messages: list[AnthropicTurn] = Field(min_length=1)
    max_tokens: int = Field(ge=1)
    temperature: float | None = None
    output_config: OutputConfig | None = None
    tools: list[SearchTool | OwnTool] | None = None
    tool_choice: ToolChoice | None = None


class Part(Strict):
    text: Text


class Blob(Strict):
    mimeType: Text  # noqa: N815  # Google's name
    data: Text


class BlobPart(Strict):
    inlineData: Blob  # noqa: N815  # Google's name


class Parts(Strict):
    parts: list[Part | BlobPart]


class Content(Parts):
    role: Literal["user", "model"]


class ThinkingConfig(Strict):
    thinkingLevel: Literal["MINIMAL", "LOW", "MEDIUM", "HIGH", "XHIGH"]  # noqa: N815  # Google's name


class GenerationConfig(Strict):
    maxOutputTokens: int  # noqa: N815  # Google's name
    temperature: float | None = None
    responseMimeType: Literal["application/json"] | None = None  # noqa: N815  # Google's name
    responseJsonSchema: dict[str, Any] | None = None  # noqa: N815  # Google's name
    thinkingConfig: ThinkingConfig | None = None  # noqa: N815  # Google's name


class GoogleTool(Strict):
    googleSearch: dict[str, Any]  # noqa: N815  # Google's name


class GeminiRequest(Strict):
    systemInstruction: Parts  # noqa: N815  # Google's name
    contents: list[Content] = Field(min_length=1)
    generationConfig: GenerationConfig  # noqa: N815  # Google's name
    safetySettings: list[dict[str, Any]] | None = None  # noqa: N815  # Google's name
    tools: list[GoogleTool] | None = None


@dataclass(frozen=True)
class Wire:
    """What is different from format to format; the answers are those that its vendor documents."""

    name: str
    request: type[BaseModel]
    path: str
    base: str  # what stands before the path in the configuration
    headers: Mapping[str, str]  # without which the API refuses
    settings: Mapping[str, Any] = field(default_factory=dict)  # of an endpoint that may search

    @property
    def client(self) -> type[HttpModel]:
        return CLIENTS[self.name]

    def recorded(self, case: str) -> dict[str, Any]:
        """Return a recorded answer: its status, headers, and body or text."""
        answer: dict[str, Any] = recordings(self.name)[case]
        return answer

    def has(self, case: str) -> bool:
        return case in recordings(self.name)


@cache
def recordings(name: str) -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((RECORDED / f"{name}.yaml").read_text())
    return loaded


BEARER = {"Authorization": f"Bearer {KEY}"}
FORMATS = {
    wire.name: wire
    for wire in (
        Wire(
            "openai",
            ChatRequest,
            "/v1/chat/completions",
            "/v1",
            BEARER,
            {"search_with": {"plugins": [{"id": "web"}]}},
        ),
        Wire("responses", ResponsesRequest, "/v1/responses", "/v1", BEARER),
        Wire(
            "anthropic",
            AnthropicRequest,
            "/v1/messages",
            "",
            {"x-api-key": KEY, "anthropic-version": "2023-06-01"},
        ),
        Wire(
            "gemini",
            GeminiRequest,
            f"/v1beta/models/{MODEL}:generateContent",
            "/v1beta",
            {"x-goog-api-key": KEY},
        ),
    )
}
