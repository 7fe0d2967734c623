"""What goes wrong between us and an OpenAI-compatible endpoint, in words of ours."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime

import httpx
from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError, OpenAIError

from domain.errors import ModelRefused

_LONGEST_WAIT = 86_400.0
_BUSY_STATUSES = {408, 409, 425, 429}
_FEATURE_STATUSES = {400, 405, 415, 422, 501}
_PLAIN = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_ADVICE_BY_CODE = {
    "content_filter": "the content filter stopped the request",
    "content_policy_violation": "the content filter stopped the request",
    "context_length_exceeded": "the prompt is longer than the model takes; shorten it",
    "insufficient_quota": "the account has no credit left",
    "invalid_api_key": "check the key",
    "model_not_found": "check the model's name",
}
_ADVICE_BY_STATUS = {
    401: "check the key",
    402: "the account has no credit left",
    403: "check the key and what it permits",
    404: "check the endpoint's address and the model's name",
    413: "the prompt is longer than the endpoint takes; shorten it",
}


class NoAnswer(Exception):
    """An attempt failed and may be made again, after so many seconds at the earliest.

    `is_outage` is false where the endpoint answered that it is busy; `is_lost` is true where it
    may have answered, and be paid. Stays within the adapter: the last one becomes
    `ModelUnavailable`.
    """

    def __init__(
        self,
        message: str,
        after: float = 0.0,
        *,
        is_outage: bool = True,
        is_lost: bool = False,
    ) -> None:
        super().__init__(message)
        self.after = after
        self.is_outage = is_outage
        self.is_lost = is_lost


class RequestRejected(Exception):
    """The endpoint does not take this request; perhaps it would take a plainer one.

    `parameter` is the part of the request that it named, or empty. Stays within the adapter: the
    plainest one's becomes `ModelRefused`.
    """

    def __init__(self, message: str, parameter: str = "") -> None:
        super().__init__(message)
        self.parameter = parameter


Fault = NoAnswer | RequestRejected | ModelRefused


@contextmanager
def translating(who: str) -> Iterator[None]:
    """Raises a `Fault` in the place of the client's errors.

    Messages are built from statuses and codes only, and the client's errors are not chained: what
    an endpoint writes about a request may repeat parts of the manuscript or of the key.
    """
    try:
        yield
    except (TimeoutError, APITimeoutError) as error:
        raise NoAnswer(f"{who} did not answer in time", is_lost=_was_sent(error)) from None
    except APIConnectionError as error:
        raise NoAnswer(
            f"{who} cannot be reached, or broke off; check its address", is_lost=_was_sent(error)
        ) from None
    except APIStatusError as error:
        headers = error.response.headers
        raise refusal(who, error.status_code, error.code, error.param, headers) from None
    except APIError as error:  # in the middle of a stream
        raise reported(who, error.body) from None
    except OpenAIError as error:
        raise ModelRefused(f"{who}: the call failed ({type(error).__name__})") from None
    except (ValueError, RecursionError):
        raise NoAnswer(f"{who} sent what is not JSON", is_lost=True) from None


def _was_sent(error: BaseException) -> bool:
    """Whether a request may have reached the endpoint."""
    never = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return not isinstance(error.__cause__, never)


def refusal(
    who: str,
    status: int,
    code: object,
    parameter: object = None,
    headers: Mapping[str, str] | None = None,
) -> Fault:
    """The fault for an HTTP status and an error code."""
    word = _plain(code)
    shown = f"{status} {word}".rstrip()
    advice = _ADVICE_BY_CODE.get(word)
    if advice:
        return ModelRefused(f"{who} refused ({shown}): {advice}")
    if status in _BUSY_STATUSES:
        return NoAnswer(f"{who} is busy ({shown})", retry_after(headers or {}), is_outage=False)
    if status in _FEATURE_STATUSES:
        return RequestRejected(f"{who} does not take the request ({shown})", _plain(parameter))
    if status >= 500:
        return NoAnswer(f"{who} is broken or overloaded ({shown})", retry_after(headers or {}))
    advice = _ADVICE_BY_STATUS.get(status, "check the endpoint's address, the key and the model")
    return ModelRefused(f"{who} refused ({shown}): {advice}")


def reported(who: str, error: object) -> Fault:
    """The fault for an error that came in the place of an answer, with status 200."""
    details = error if isinstance(error, Mapping) else {}
    code = details.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    return refusal(who, status, code, details.get("param"))


def retry_after(headers: Mapping[str, str]) -> float:
    """How many seconds the endpoint asks to wait: `Retry-After` in seconds or, beside the
    answer's own `Date`, as a date (RFC 9110, 10.2.3). 0 where it does not say."""
    value = headers.get("retry-after", "").strip()
    try:
        seconds = float(value)
    except ValueError:
        try:
            until, now = parsedate_to_datetime(value), parsedate_to_datetime(headers["date"])
            seconds = (until - now).total_seconds()
        except (KeyError, TypeError, ValueError):
            return 0.0
    return min(seconds, _LONGEST_WAIT) if seconds > 0 else 0.0


def _plain(value: object) -> str:
    """A word that is an identifier; nothing else of what an endpoint says is repeated."""
    return str(value) if value is not None and _PLAIN.fullmatch(str(value)) else ""
