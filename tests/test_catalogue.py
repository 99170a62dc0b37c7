"""What providers offer, over the lists that each wire format gives."""

import pytest

from adapters.providers import http
from adapters.providers.client import Endpoint, Offer
from bot.errors import ModelError
from cli.models import price
from tests.fakes.endpoint import recorded
from tests.fakes.openai import serving
from tests.fakes.wire import FORMATS, KEY


async def listed(name: str, *, key: str = KEY) -> list[Offer]:
    wire = FORMATS[name]
    async with recorded(wire, "answer") as server, http.client() as client:
        where = Endpoint(base_url=server.url, key=key)
        return await wire.client.offers(client, where)


@pytest.mark.parametrize("name", FORMATS)
async def test_every_page_of_models_that_can_answer_is_listed(name: str) -> None:
    offers = await listed(name)

    assert [offer.model for offer in offers] == FORMATS[name].recorded("models")["listed"]


async def test_prices_are_told_for_a_million_tokens() -> None:
    free, auto, glm = await listed("openai")

    assert (glm.input_usd, glm.output_usd, glm.context) == (0.72, 2.3, 202_752)
    assert [price(offer) for offer in (free, auto, glm)] == ["free", None, "$0.72 in, $2.30 out"]


@pytest.mark.parametrize("name", ["responses", "anthropic", "gemini"])
async def test_no_price_is_made_up(name: str) -> None:
    assert {price(offer) for offer in await listed(name)} == {None}


@pytest.mark.parametrize("name", FORMATS)
async def test_a_wrong_key_is_told_and_not_shown(name: str) -> None:
    with pytest.raises(ModelError) as caught:
        await listed(name, key="sk-wrong")

    assert FORMATS[name].recorded("wrong_key")["reason"] in str(caught.value)
    assert "sk-wrong" not in str(caught.value)


async def test_an_endpoint_without_a_list_is_told() -> None:
    async with serving() as fake, http.client() as client:
        where = Endpoint(base_url=f"{fake.url}/nowhere", key=fake.key)
        with pytest.raises(ModelError, match=r"does not know this model or address \(404\)"):
            await FORMATS["openai"].client.offers(client, where)
