"""A message that is too long for its platform, cut into several, and in the end into a file."""

from collections.abc import Callable

from bot.messages.cutting import Measure, pages
from bot.messages.pieces import File, Line, Message, Piece, Prose, Tone

MAX_PARTS = 5  # messages in a row, before the whole text goes into a file
WHOLE = "The whole text is in the file."


def parts(
    message: Message,
    *,
    limit: int,
    weight: Callable[[Piece], int],
    measure: Measure = len,
) -> list[Message]:
    """Cut a message so that the pieces of each part weigh at most `limit` together.

    Only prose is cut; what stands behind it goes with its last page. `weight` tells what a piece
    takes up, layout included, and `measure` the same of bare prose.
    """
    if sum(map(weight, message.pieces)) <= limit:
        return [message]
    sheets = _sheets(message, limit, weight, measure)
    if len(sheets) > MAX_PARTS and any(isinstance(p, Prose) for p in message.pieces):
        sheets = [_filed(message, limit, weight, measure)]
    numbered = enumerate(sheets, start=1)
    return [message.model_copy(update={"key": _key(message, n), "pieces": s}) for n, s in numbered]


def _sheets(
    message: Message, limit: int, weight: Callable[[Piece], int], measure: Measure
) -> list[tuple[Piece, ...]]:
    sheets: list[list[Piece]] = [[]]
    for piece in message.pieces:
        left = limit - sum(map(weight, sheets[-1]))
        if weight(piece) <= left:
            sheets[-1].append(piece)
        elif isinstance(piece, Prose):
            _pour(piece, sheets, left, limit, measure)
        else:
            sheets.append([piece])
    return [tuple(sheet) for sheet in sheets if sheet]


def _pour(prose: Prose, sheets: list[list[Piece]], left: int, limit: int, measure: Measure) -> None:
    """Fill the sheet at hand with the beginning of a prose, and new ones with the rest."""
    if left > limit // 3:
        first, *rest = pages(prose.text, limit, first=left, measure=measure)
        sheets[-1].append(Prose(text=first))
    else:
        rest = pages(prose.text, limit, measure=measure)
    sheets.extend([Prose(text=page)] for page in rest if page)


def _filed(
    message: Message, limit: int, weight: Callable[[Piece], int], measure: Measure
) -> tuple[Piece, ...]:
    """Give the beginning, what stands behind the texts, and a file with the whole of them."""
    whole = "\n\n".join(piece.text for piece in message.pieces if isinstance(piece, Prose))
    at = next(at for at, piece in enumerate(message.pieces) if isinstance(piece, Prose))
    behind = [piece for piece in message.pieces[at:] if not isinstance(piece, Prose)]
    room = max(limit // 2, limit - sum(map(weight, behind)))
    first = _sheets(message, room, weight, measure)[0]
    rest = [piece for piece in behind if piece not in first]
    name = f"{message.author or 'text'}.md"
    return (*first, *rest, Line(text=WHOLE, tone=Tone.FAINT), File(name=name, text=whole))


def _key(message: Message, number: int) -> str:
    return message.key if number == 1 else f"{message.key}#{number}"
