import pytest

from adapters.llm.ledger import Density
from adapters.llm.prices import Price, read_prices
from domain.prompt import Usage


def test_a_price_is_of_a_million_tokens() -> None:
    price = Price(prompt=2, cached=0.5, completion=8)
    usage = Usage(prompt=1_000_000, cached=400_000, completion=500_000)
    assert price.of(usage) == pytest.approx(0.6 * 2 + 0.4 * 0.5 + 0.5 * 8)


def test_cached_tokens_without_a_price_cost_as_others() -> None:
    usage = Usage(prompt=1_000_000, cached=400_000)
    assert Price(prompt=2, completion=8).of(usage) == pytest.approx(2)


def test_no_table_is_an_empty_one() -> None:
    assert read_prices("") == {}


@pytest.mark.parametrize(
    "text",
    [
        "cheap",
        "[]",
        '{"m": {"prompt": 1}}',
        '{"m": {"prompt": -1, "completion": 1}}',
        '{"m": {"prompt": NaN, "completion": 1}}',
        '{"m": {"prompt": 1e9, "completion": 1}}',
        '{"m": {"prompt": 1, "completion": 1, "tokens": 3}}',
        '{"' + "m" * 201 + '": {"prompt": 1, "completion": 1}}',
    ],
)
def test_tables_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="million tokens"):
        read_prices(text)


def test_usages_add_up() -> None:
    paid = Usage(prompt=10, cached=4, completion=3, money=0.5)
    free = Usage(prompt=1, completion=1, estimated=True)
    assert paid + free == Usage(prompt=11, cached=4, completion=4, estimated=True, money=0.5)
    assert (free + free).money is None
    assert (paid + paid).money == 1


def test_density_moves_towards_what_was_counted() -> None:
    density = Density()
    assert density.estimate(4000) == 1000
    for _ in range(200):
        density = density.seen(3000, 1500)
    assert density.estimate(4000) == pytest.approx(2000, rel=0.05)
    for _ in range(1000):
        density = density.seen(10_000, 2000)  # of late the texts are other ones
    assert density.estimate(5000) == pytest.approx(1000, rel=0.05)


@pytest.mark.parametrize(("characters", "tokens"), [(10, 0), (10, 1000), (1000, 1)])
def test_what_cannot_be_is_not_learnt_from(characters: int, tokens: int) -> None:
    assert Density().seen(characters, tokens) == Density()


def test_something_has_at_least_one_token() -> None:
    assert Density().estimate(1) == 1
    assert Density().estimate(0) == 0
