"""A budget binds only where it is known what calls cost."""

from adapters.llm.prices import read_prices
from api.errors import invalid
from cluster.settings import Settings


def check_budget(budget: float | None, settings: Settings) -> None:
    """Raise `Refusal` for a budget that calls without a price could never use up. The offline
    provider's calls cost nothing."""
    if budget is None or settings.llm_url is None:
        return
    prices = read_prices(settings.llm_prices)
    models = (settings.llm_model, settings.llm_embedding_model)
    unpriced = [model for model in models if model and model not in prices]
    if unpriced:
        raise invalid(
            "body.budget",
            f"nobody knows what {' and '.join(unpriced)} costs: set SCRIPTORIUM_LLM_PRICES first, "
            "or do without a budget",
        )
