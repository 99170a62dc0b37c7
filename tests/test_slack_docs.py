"""What docs/slack.md says, held against the code."""

import re
from pathlib import Path

import pytest

from adapters.chat.slack.api import SENTENCES
from adapters.chat.slack.manifest import SCOPES
from bot.settings.config import SlackConfig

TEXT = (Path(__file__).parents[1] / "docs" / "slack.md").read_text()
PICTURE = Path(__file__).parents[1] / "docs" / "slack.svg"


@pytest.mark.parametrize("scope", SCOPES)
def test_each_scope_is_explained(scope: str) -> None:
    table = TEXT[TEXT.index("## Scopes") : TEXT.index("## Over HTTP")]

    assert f"`{scope}`" in table


def test_no_scope_is_explained_that_is_not_asked_for() -> None:
    rows = re.findall(r"^\| (`[a-z_:.]+`(?:, `[a-z_:.]+`)*) \|", TEXT, re.MULTILINE)

    assert set(re.findall(r"`([a-z_:.]+)`", " ".join(rows))) == SCOPES.keys()


def test_the_settings_that_are_named_exist() -> None:
    named = set(re.findall(r"`slack\.(\w+)", TEXT))

    assert named <= SlackConfig.model_fields.keys()


def test_what_people_are_told_is_quoted_as_it_is_said() -> None:
    assert SENTENCES["channel_not_found"] in TEXT
    assert SENTENCES["invalid_auth"] in TEXT


def test_the_picture_is_there_and_fetches_nothing() -> None:
    drawn = PICTURE.read_text()

    assert PICTURE.name in TEXT
    assert re.findall(r"https?://[^\s\"<]+", drawn) == ["http://www.w3.org/2000/svg"]
