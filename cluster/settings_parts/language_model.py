"""Settings of the language model."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator, model_validator

from adapters.llm.prices import read_prices


class LanguageModelSettings(BaseModel):
    """Who writes, at what price, and with how much patience."""

    llm_url: str | None = Field(
        None,
        max_length=2000,
        description="OpenAI-compatible endpoint, e.g. `https://api.openai.com/v1`; without one the "
        "offline provider writes",
    )
    llm_key: SecretStr | None = Field(
        None, max_length=4096, description="the endpoint's API key, sent to nobody else"
    )
    llm_model: str = Field(
        "gpt-4o-mini", min_length=1, max_length=200, description="model that writes"
    )
    llm_embedding_model: str | None = Field(
        None,
        max_length=200,
        description="the endpoint's embedding model; without one vectors are made offline",
    )
    llm_timeout: Annotated[float, Field(gt=0, le=3600)] = Field(
        120.0,
        description="seconds one attempt at a call may take, or a streamed answer be silent",
    )
    llm_attempts: int = Field(4, ge=1, le=20, description="attempts at a call to the endpoint")
    llm_retry_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        120.0, description="seconds after which no further attempt at a call is begun"
    )
    llm_parallel: int = Field(
        8, ge=1, le=1000, description="calls that one process makes to the endpoint at once"
    )
    llm_breaker_failures: int = Field(
        5, ge=1, le=1000, description="failed attempts in a row after which the endpoint is down"
    )
    llm_breaker_seconds: Annotated[float, Field(gt=0, le=3600)] = Field(
        30.0, description="seconds for which an endpoint that is down is left alone"
    )
    llm_prices: str = Field(
        "",
        max_length=100_000,
        description='prices of a million tokens, `{"MODEL": {"prompt": 0.15, "cached": 0.075, '
        '"completion": 0.6}}`; without them costs are tokens only',
    )
    llm_cache_answers: int = Field(
        0,
        ge=0,
        le=1_000_000,
        description="answers kept on this machine, so that a question asked again costs nothing; "
        "with 0 none are",
    )

    @field_validator("llm_url")
    @classmethod
    def _url_is_plain(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            url = urlsplit(value)
            plain = url.hostname and url.port != 0 and url.scheme in {"http", "https"}
        except ValueError:
            plain = None
        if not plain or "@" in url.netloc or url.query or url.fragment:
            raise ValueError("write https://host/v1, the key apart from it in SCRIPTORIUM_LLM_KEY")
        return value

    @field_validator("llm_key")
    @classmethod
    def _key_fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        # Else the HTTP library would show it in its error.
        if value is not None and not (
            value.get_secret_value().isascii()
            and value.get_secret_value().isprintable()
            and " " not in value.get_secret_value()
        ):
            raise ValueError("a key has neither spaces nor other than ASCII characters")
        return value

    @field_validator("llm_prices")
    @classmethod
    def _prices_are_readable(cls, value: str) -> str:
        read_prices(value)
        return value

    @model_validator(mode="after")
    def _belongs_to_an_endpoint(self) -> Self:
        if self.llm_url is None and (self.llm_key or self.llm_embedding_model):
            raise ValueError("llm_key and llm_embedding_model need llm_url, which is not set")
        return self
