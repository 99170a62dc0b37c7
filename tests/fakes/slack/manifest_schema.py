"""What Slack takes as an app manifest, as far as this app needs it: keys and limits, no others."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Url = Annotated[str, StringConstraints(pattern="^https?://", max_length=3_000)]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(:[a-z_.]+)*$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=24)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=35)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=140)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]


class Keys(BaseModel):
    """Keys that are known; any other is refused."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Keys):
    major_version: Literal[2]
    minor_version: int


class DisplayInformation(Keys):
    name: Name
    description: Line
    background_color: str = Field(pattern="^#([0-9a-f]{3}|[0-9a-f]{6})$")


class Home(Keys):
    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class BotUser(Keys):
    display_name: str = Field(min_length=1, max_length=80)
    always_online: bool


class Shortcut(Keys):
    name: Short
    type: Literal["message", "global"]
    callback_id: Id
    description: str = Field(min_length=1, max_length=150)


class SlashCommand(Keys):
    command: str = Field(pattern="^/", min_length=2, max_length=32)
    url: Url | None = None
    description: str = Field(min_length=1, max_length=2_000)
    usage_hint: str = Field(min_length=1, max_length=1_000)
    should_escape: bool


class Features(Keys):
    app_home: Home
    bot_user: BotUser
    shortcuts: list[Shortcut] = Field(min_length=1, max_length=10)
    slash_commands: list[SlashCommand] = Field(min_length=1, max_length=50)


class Scopes(Keys):
    bot: list[Scope] = Field(max_length=255)


class OAuthConfig(Keys):
    scopes: Scopes
    redirect_urls: list[Url] | None = None


class Events(Keys):
    request_url: Url | None = None
    bot_events: list[str] = Field(min_length=1, max_length=100)


class Interactivity(Keys):
    is_enabled: bool
    request_url: Url | None = None


class Settings(Keys):
    event_subscriptions: Events
    interactivity: Interactivity
    org_deploy_enabled: bool
    socket_mode_enabled: bool
    token_rotation_enabled: bool


class Manifest(Keys):
    metadata: Metadata = Field(alias="_metadata")
    display_information: DisplayInformation
    features: Features
    oauth_config: OAuthConfig
    settings: Settings
