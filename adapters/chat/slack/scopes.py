"""What the app asks of a workspace, and why."""

SCOPES = {
    "commands": "the slash command and the message shortcut",
    "chat:write": "posting polls, votes and summaries",
    "chat:write.public": "posting in public channels without being invited first",
    "chat:write.customize": "showing each vote under its model's own name and face",
    "pins:write": "pinning the summary",
    "pins:read": "finding the bot's oldest pin when a channel has no room for another",
    "app_mentions:read": "being asked by name, inside a thread too",
    "channels:history": "reading the thread it is asked in, and never posting a message twice",
    "groups:history": "the same in private channels that it was invited to",
    "channels:read": "showing the polls of a person's channels in App Home",
    "groups:read": "the same for private channels",
    "channels:join": "joining a public channel in order to pin and to share files there",
    "files:write": "sharing a reasoning that is too long for messages",
    "users:read": "showing people's names, and letting the workspace's admins stop a poll",
}
EVENTS = ["app_home_opened", "app_mention", "app_uninstalled", "tokens_revoked"]
