"""The wire formats that there are: the one list that a new provider is entered into."""

from adapters.providers.anthropic import AnthropicClient
from adapters.providers.client import HttpModel
from adapters.providers.gemini import GeminiClient
from adapters.providers.openai import EmbeddedClient, OpenAIClient
from adapters.providers.responses import ResponsesClient

ALL: tuple[type[HttpModel], ...] = (
    OpenAIClient,
    ResponsesClient,
    AnthropicClient,
    GeminiClient,
    EmbeddedClient,
)
CLIENTS = {client.wire_format.name: client for client in ALL}
FORMATS = tuple(client.wire_format for client in ALL)
