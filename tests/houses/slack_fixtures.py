"""The fake Slack and a roundtable in it; a test file names this module in `pytest_plugins`."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.slack.people import Person
from tests.fakes.slack.server import FakeSlack, serving
from tests.houses.slack import House, emptied, living


@pytest.fixture
async def slack(redis_url: str) -> AsyncIterator[FakeSlack]:
    """Return a Slack with one workspace and one channel, over an empty Redis."""
    await emptied(redis_url)
    async with serving() as fake:
        fake.space("T1").channel("C1")
        yield fake


@pytest.fixture
async def house(slack: FakeSlack, redis_url: str) -> AsyncIterator[House]:
    async with living(slack, redis_url) as made:
        yield made


@pytest.fixture
def ada(house: House) -> Person:
    return house.person()
