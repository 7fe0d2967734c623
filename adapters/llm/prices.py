"""What tokens cost."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from domain.book import Frozen
from domain.prompt import Usage

_MILLION = 1_000_000

Money = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)]


class Price(Frozen):
    """Price of a million tokens; cached ones cost as much as others if it is not said."""

    prompt: Money
    completion: Money
    cached: Money | None = None

    def of(self, usage: Usage) -> float:
        """What a call costs."""
        cached = self.prompt if self.cached is None else self.cached
        fresh = usage.prompt - usage.cached
        total = fresh * self.prompt + usage.cached * cached + usage.completion * self.completion
        return total / _MILLION


Prices = Mapping[str, Price]
_TABLE = TypeAdapter(
    Annotated[dict[Annotated[str, Field(max_length=200)], Price], Field(max_length=1000)]
)


def read_prices(text: str) -> Prices:
    """A price table from JSON: `{"MODEL": {"prompt": 0.15, "cached": 0.075, "completion": 0.6}}`.

    An empty text is an empty table. Raises ValueError.
    """
    if not text:
        return {}
    try:
        return _TABLE.validate_json(text)
    except ValidationError:
        raise ValueError(
            'write {"MODEL": {"prompt": 0.15, "cached": 0.075, "completion": 0.6}}, '
            "each the price of a million tokens"
        ) from None
