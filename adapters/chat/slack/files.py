"""Sharing a text that is too long for messages as a file."""

from adapters.chat.slack.api import Api
from adapters.chat.slack.history import remarks
from bot.messages.pieces import File, Message
from bot.records import Place


async def share(api: Api, place: Place, message: Message, file: File) -> None:
    """Share a file in a thread unless it stands there already. Raises MessengerError.

    A file has no metadata to be known by, so its title tells which message it belongs to.
    """
    title = f"{file.name} ({message.session_id}, {message.key})"
    if place.thread and await _stands(api, place, title):
        return
    data = file.text.encode()
    begun = await api.call(
        place.team,
        lambda c: c.files_getUploadURLExternal(filename=file.name, length=len(data)),
    )
    await api.upload(str(begun["upload_url"]), data)
    await api.call(
        place.team,
        lambda c: c.files_completeUploadExternal(
            files=[{"id": begun["file_id"], "title": title}],
            channel_id=place.channel,
            thread_ts=place.thread,
        ),
        once=True,
    )


async def _stands(api: Api, place: Place, title: str) -> bool:
    said = await remarks(api, place)
    return any(file.get("title") == title for told in said for file in told.get("files", []))
