"""The text of a page, without what only a browser needs."""

UNREAD = (
    "head, title, script, style, noscript, template, svg, nav, header, footer, aside, form, iframe"
)
BLOCKS = "p, div, section, h1, h2, h3, h4, h5, h6, li, tr, td, th, dt, dd, pre, blockquote, br"
HTML = frozenset({"text/html", "application/xhtml+xml"})
PLAIN = frozenset({"application/json", "application/xml", "application/yaml"})


def readable(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in HTML | PLAIN


def text_of(body: bytes, media_type: str, charset: str | None) -> str:
    """Give the text of a body; an unknown charset is read as UTF-8."""
    if media_type in HTML:
        return _of_html(body, charset)
    try:
        return body.decode(charset or "utf-8", errors="replace").strip()
    except LookupError:
        return body.decode(errors="replace").strip()


def _of_html(body: bytes, charset: str | None) -> str:
    from bs4 import BeautifulSoup  # noqa: PLC0415  # a slow import, needed only where a page is read

    soup = BeautifulSoup(body, "html.parser", from_encoding=charset)
    title = soup.title.get_text(" ", strip=True) if soup.title else ""
    for unread in soup.select(UNREAD):
        unread.decompose()
    for block in soup.select(BLOCKS):
        block.append("\n")
    main = soup.find("main") or soup.find("article") or soup.body or soup
    lines = (" ".join(line.split()) for line in main.get_text().split("\n"))
    text = "\n".join(filter(None, lines))
    return text if text.startswith(title) else f"{title}\n\n{text}".strip()
