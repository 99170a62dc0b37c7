"""Which turn of a prompt its images belong to, and how most formats write them."""

from bot.ports import Image, Prompt, Turn


def illustrated(prompt: Prompt) -> list[tuple[Turn, tuple[Image, ...]]]:
    """Give each turn with the images that belong to it, which stand before its text."""
    return [(turn, () if at else prompt.images) for at, turn in enumerate(prompt.turns)]


def data_url(image: Image) -> str:
    return f"data:{image.media_type};base64,{image.data}"
