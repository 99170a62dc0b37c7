"""The commands that prepare the ground: what is there, and what a platform wants to know."""

import sys

import click

from cli.running import FAILED, run
from cli.setup import Setup, with_setup


@click.command()
@click.option("--panel", default="default", show_default=True, help="The panel to try.")
@click.option(
    "--no-models",
    is_flag=True,
    help="Leave out models and chats, for a health check.",
)
@with_setup
def check(*, panel: str, no_models: bool, setup: Setup) -> None:
    """Check the configuration, the session store, each panelist, and each chat platform."""
    from cli import checks  # noqa: PLC0415  # quick help

    if not run(lambda: checks.run(setup.config, panel, models=not no_models)):
        sys.exit(FAILED)


@click.command()
@click.option(
    "--search", metavar="TEXT", default="", help="Only models whose name has these words."
)
@click.option("--provider", metavar="NAME", help="Only this provider's.  [default: all]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each model.")
@with_setup
def models(
    *,
    search: str,
    provider: str | None,
    as_json: bool,
    setup: Setup,
) -> None:
    """List the models that the providers offer, with prices where they say them."""
    from cli import models as listing  # noqa: PLC0415  # quick help

    if not run(
        lambda: listing.run(setup.config, search=search, provider=provider, as_json=as_json)
    ):
        sys.exit(FAILED)


@click.group()
def manifest() -> None:
    """Print what a platform wants to know of the app."""


@manifest.command("slack")
@with_setup
def manifest_slack(*, setup: Setup) -> None:
    """Print the manifest of the Slack app that the configuration needs, as JSON.

    Paste it where Slack asks for one: https://api.slack.com/apps, Create New App, From a manifest.
    """
    from cli import chats  # noqa: PLC0415  # quick help

    chats.manifest(setup.config)


@click.group()
def invite() -> None:
    """Print the address that invites the bot."""


@invite.command("discord")
@with_setup
def invite_discord(*, setup: Setup) -> None:
    """Print the address that invites the Discord bot with exactly the permissions it needs."""
    from cli import chats  # noqa: PLC0415  # quick help

    run(lambda: chats.invite(setup.config))


@click.command()
def key() -> None:
    """Print a new key that encrypts the tokens of Slack workspaces (slack.storage_key)."""
    from cli import chats  # noqa: PLC0415  # quick help

    chats.key()
