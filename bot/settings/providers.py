"""What a provider's section must hold for its wire format, and what its panelists may ask of it."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.settings.config import ENV

# How each wire format can hold an answer to a form.
STRUCTURED = {
    "openai": ("json_schema", "grammar", "none"),
    "responses": ("json_schema", "none"),
    "anthropic": ("json_schema", "tool", "none"),
    "gemini": ("json_schema", "none"),
}
# How much a reasoning model can be told to think, where the format says; elsewhere models differ.
EFFORTS = {
    "anthropic": ("low", "medium", "high", "xhigh", "max"),
    "gemini": ("minimal", "low", "medium", "high", "xhigh"),
    "embedded": (),
}


def problems(providers: Mapping[str, Any], panelists: Mapping[str, Any]) -> list[str]:
    """Give a line for each fault, with its place."""
    sections = {key: p for key, p in providers.items() if isinstance(p, dict)}
    told = [line for key, section in sections.items() for line in _provider(key, section)]
    for key, panelist in panelists.items():
        if isinstance(panelist, dict):
            told += _panelist(key, panelist, sections)
    return told


def _provider(key: str, section: Mapping[str, Any]) -> Iterator[str]:
    api = section.get("api")
    if api == "openai" and not {"base_url", f"base_url{ENV}"} & set(section):
        yield f"providers.{key}.base_url: this key is missing"
    structured, known = section.get("structured"), STRUCTURED.get(str(api))
    if structured and known and structured not in known:
        yield f"providers.{key}.structured: {api} has {', '.join(known)}"
    if section.get("search_with") and api != "openai":
        yield f"providers.{key}.search_with: only for chat completions (openai)"


def _panelist(key: str, panelist: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[str]:
    provider = str(panelist.get("provider"))
    section = sections.get(provider, {})
    api, effort, search = section.get("api"), panelist.get("effort"), panelist.get("search")
    if search and api == "embedded":
        yield f"panelists.{key}.search: the embedded model cannot search"
    if search and api == "openai" and not section.get("search_with"):
        yield f"panelists.{key}.search: needs providers.{provider}.search_with"
    known = EFFORTS.get(str(api))
    if effort and known is not None and effort not in known:
        has = ", ".join(known) or "no model that reasons"
        yield f"panelists.{key}.effort: {api} has {has}"
