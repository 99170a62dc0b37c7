"""The REST interface as a table: what each method and path does."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.fakes.discord import world
from tests.fakes.discord.calls import Call
from tests.fakes.discord.limits import Refusal, invalid
from tests.fakes.discord.world import BOT_ID, Json

if TYPE_CHECKING:
    from tests.fakes.discord.stage import Stage

Answer = tuple[Any, int]
Route = Callable[["Stage", Call, "re.Match[str]"], Answer]


def me(_server: "Stage", _call: Call, _path: "re.Match[str]") -> Answer:
    return world.user(BOT_ID, "Roundtable", bot=True), 200


def application(server: "Stage", _call: Call, _path: "re.Match[str]") -> Answer:
    granted = server.gateway.granted & (1 << 15)
    return {
        "id": str(server.app_id),
        "name": "Roundtable",
        "icon": None,
        "description": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0",
        "owner": world.user(1, "Owner"),
        "team": None,
        "flags": 1 << 19 if granted else 0,  # message content, for a bot of few people
    }, 200


def guilds(server: "Stage", _call: Call, _path: "re.Match[str]") -> Answer:
    return [
        {"id": str(g.id), "name": g.name, "owner": False, "permissions": str(g.permissions)}
        for g in server.gateway.guilds
    ], 200


def guild(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    return _guild(server, path).outline, 200


def member(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    for person in _guild(server, path).people:
        if person.id == int(path["person"]):
            return person.member, 200
    raise Refusal(404, 10007, "Unknown Member")


def thread_member(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    found = server.channels.get(path["channel"])
    if not found.holds(int(path["person"])):
        raise Refusal(404, 10007, "Unknown Member")
    joined = {"id": str(found.id), "user_id": path["person"], "join_timestamp": world.now()}
    return joined | {"flags": 0}, 200


def _guild(server: "Stage", path: "re.Match[str]") -> world.Guild:
    for found in server.gateway.guilds:
        if found.id == int(path["guild"]):
            return found
    raise Refusal(404, 10004, "Unknown Guild")


def gateway(server: "Stage", _call: Call, _path: "re.Match[str]") -> Answer:
    limit = {"total": 1_000, "remaining": 999, "reset_after": 1, "max_concurrency": 1}
    url = server.gateway.url
    return {"url": url, "shards": server.shards, "session_start_limit": limit}, 200


def commands(server: "Stage", call: Call, _path: "re.Match[str]") -> Answer:
    sent = call.body["commands"]
    for command in sent:
        if not 1 <= len(command["name"]) <= 32:
            raise invalid(f"the name {command['name']}")
    server.syncs += 1
    server.commands = [
        {
            "id": str(world.snowflake()),
            "application_id": str(server.app_id),
            "version": "1",
            "default_member_permissions": None,
            "description": "",
            **command,
        }
        for command in sent
    ]
    return server.commands, 200


def direct(server: "Stage", call: Call, _path: "re.Match[str]") -> Answer:
    everybody = [person for found in server.gateway.guilds for person in found.people]
    person = next(p for p in everybody if p.id == int(call.body["recipient_id"]))
    return server.direct(person).payload, 200


def channel(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    return server.channels.get(path["channel"]).payload, 200


def post(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    found = server.channels.get(path["channel"])
    bot = world.user(BOT_ID, "Roundtable", bot=True)
    return server.channels.post(found, bot, call.body | _attached(call)), 200


def page(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    return server.channels.page(server.channels.get(path["channel"]), call.query), 200


def one(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    return server.channels.one(server.channels.get(path["channel"]), path["message"]), 200


def edit(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    found = server.channels.get(path["channel"])
    return server.channels.edit(found, path["message"], call.body), 200


def delete(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    server.channels.delete(server.channels.get(path["channel"]), path["message"])
    return {}, 204


def thread(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    found = server.channels.get(path["channel"])
    return server.channels.thread(found, path["message"], call.body), 201


def pin(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    server.channels.pin(server.channels.get(path["channel"]), path["message"])
    return {}, 204


def webhooks(server: "Stage", _call: Call, path: "re.Match[str]") -> Answer:
    return server.channels.webhooks(server.channels.get(path["channel"])), 200


def new_webhook(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    return server.channels.webhook(server.channels.get(path["channel"]), call.body), 200


def callback(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    return server.interactions.answer(path["token"], call.body), 200


def original(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    if call.method == "DELETE":
        server.interactions.delete(path["token"])
        return {}, 204
    return server.interactions.edit(path["token"], call.body), 200


def execute(server: "Stage", call: Call, path: "re.Match[str]") -> Answer:
    """Post through a webhook: an interaction's, or one that belongs to a channel."""
    if path["webhook"] == str(server.app_id):
        return server.interactions.follow_up(path["token"], call.body), 200
    for found in list(server.channels.all.values()):
        for webhook in found.webhooks:
            if (webhook["id"], webhook["token"]) == (path["webhook"], path["token"]):
                return _through(server, call, webhook, found), 200
    raise Refusal(404, 10015, "Unknown Webhook")


def _through(server: "Stage", call: Call, webhook: Json, parent: world.Channel) -> Json:
    place = server.channels.get(call.query.get("thread_id", parent.id))
    author = world.user(int(webhook["id"]), call.body.get("username") or "hook", bot=True)
    body = call.body | _attached(call)
    if body.get("components") and call.query.get("with_components") != "1":
        body["components"] = []  # dropped without a word, as the real one does
    body.pop("nonce", None)  # a webhook knows no nonces
    made = server.channels.post(place, author, body)
    made |= {"webhook_id": webhook["id"], "application_id": webhook["application_id"]}
    return made


def _attached(call: Call) -> Json:
    files = [
        {"id": str(i), "filename": name, "size": len(text), "url": "", "proxy_url": ""}
        for i, (name, text) in enumerate(call.files.items())
    ]
    return {"attachments": files} if files else {}


C, M = r"/channels/(?P<channel>\d+)", r"/messages/(?P<message>\d+)"
G, P = r"/guilds/(?P<guild>\d+)", r"(?P<person>\d+)"
HOOK = r"/webhooks/(?P<webhook>\d+)/(?P<token>[^/]+)"
TABLE: dict[str, Route] = {
    "GET /users/@me": me,
    "GET /users/@me/guilds": guilds,
    f"GET {G}": guild,
    f"GET {G}/members/{P}": member,
    "GET /oauth2/applications/@me": application,
    "GET /gateway/bot": gateway,
    r"PUT /applications/\d+/commands": commands,
    "POST /users/@me/channels": direct,
    f"GET {C}": channel,
    f"GET {C}/thread-members/{P}": thread_member,
    f"POST {C}/messages": post,
    f"GET {C}/messages": page,
    f"GET {C}{M}": one,
    f"PATCH {C}{M}": edit,
    f"DELETE {C}{M}": delete,
    f"POST {C}{M}/threads": thread,
    rf"PUT {C}/messages/pins/(?P<message>\d+)": pin,
    f"GET {C}/webhooks": webhooks,
    f"POST {C}/webhooks": new_webhook,
    r"POST /interactions/\d+/(?P<token>[^/]+)/callback": callback,
    f"(PATCH|DELETE) {HOOK}/messages/@original": original,
    f"POST {HOOK}": execute,
}


def dispatch(server: "Stage", call: Call) -> Answer:
    for pattern, route in TABLE.items():
        path = re.fullmatch(pattern, call.name)
        if path:
            return route(server, call, path)
    raise Refusal(404, 0, f"404: Not Found: {call.name}")
