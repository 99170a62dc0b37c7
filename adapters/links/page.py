"""The text of a page, without what only a browser needs.

It is taken out in one pass: building a tree of a page takes time that grows with the square of how
deep a stranger nests it.
"""

from html.parser import HTMLParser

UNREAD = frozenset("head script style noscript template svg nav header footer aside form".split())
BLOCKS = frozenset(
    "p div section main article h1 h2 h3 h4 h5 h6 li tr td th dt dd pre blockquote br".split()
)
HTML = frozenset({"text/html", "application/xhtml+xml"})
PLAIN = frozenset({"application/json", "application/xml", "application/yaml"})
MAX_HTML = 200_000  # characters of a page that are gone through


def readable(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in HTML | PLAIN


def text_of(body: bytes, media_type: str, charset: str | None) -> str:
    """Return the text of a body; an unknown charset is read as UTF-8."""
    try:
        text = body.decode(charset or "utf-8", errors="replace")
    except LookupError:
        text = body.decode(errors="replace")
    return _of_html(text[:MAX_HTML]) if media_type in HTML else text.strip()


def _of_html(text: str) -> str:
    page = _Page()
    page.feed(_plain(text))
    page.close()
    lines = (" ".join(line.split()) for line in "".join(page.said).split("\n"))
    said, title = "\n".join(filter(None, lines)), " ".join("".join(page.title).split())
    return said if said.startswith(title) else f"{title}\n\n{said}".strip()


def _plain(text: str) -> str:
    """Leave out what the parser would go over again and again where it does not end."""
    first, *rest = text.split("<!--")
    shown = "".join([first, *(part.partition("-->")[2] for part in rest)])
    whole, end, tail = shown.replace("<!", "").replace("<?", "").rpartition(">")
    return whole + end + tail.partition("<")[0]


class _Page(HTMLParser):
    """Collects what a reader of the page would see."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.title: list[str] = []
        self._unread: list[str] = []  # the parts that are open and left out
        self._in_title = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._in_title = tag == "title" and "svg" not in self._unread
        if tag in UNREAD and self._unread[-1:] != [tag]:
            self._unread.append(tag)
        if tag == "body":  # a head that was never closed ends here
            self._unread.clear()
        self.said += ["\n"] if tag in BLOCKS else []

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if self._unread[-1:] == [tag]:
            self._unread.pop()
        self.said += ["\n"] if tag in BLOCKS else []

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title.append(data)
        elif not self._unread:
            self.said.append(data)
