"""What goes wrong between us and an S3 service, in the store's own errors."""

from aiohttp import ClientError as TransportError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
)
from botocore.exceptions import ConnectionError as NoConnectionError

from domain.errors import ObjectMissing, ScriptoriumError, StoreRefused, StoreUnavailable

FOREIGN_ERRORS = (BotoCoreError, ClientError, TransportError)
"""Everything aiobotocore raises when a call fails."""

_NO_ANSWER = (NoConnectionError, HTTPClientError, IncompleteReadError, TransportError)
_MISSING = {("GetObject", "NoSuchKey"), ("HeadObject", "404"), ("HeadObject", "NoSuchKey")}
_BUSY_STATUSES = {408, 429}
_BUSY_CODES = {
    "InternalError",
    "OperationAborted",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    # A multipart upload that the service has dropped: uploading starts anew.
    "NoSuchUpload",
}
_ADVICE = {
    "404": "check the endpoint, which does not answer as S3 does",
    "NoSuchBucket": "check the bucket's name and the endpoint",
    "RequestTimeTooSkewed": "set this machine's clock",
    "PermanentRedirect": "check the region and the endpoint",
    "AuthorizationHeaderMalformed": "check the region",
    "EntityTooLarge": "the object is too large for this service",
}


def status_of(error: ClientError) -> int:
    """The HTTP status an S3 service answered with, 0 if it is unknown."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def code_of(error: ClientError) -> str:
    """The S3 error code, or the HTTP status in digits where the answer had no body."""
    return str(error.response.get("Error", {}).get("Code", ""))[:60]


def translated(error: Exception, subject: str) -> ScriptoriumError:
    """The store's error for one of `FOREIGN_ERRORS`.

    The messages are built from codes and class names only: what a service or a library writes
    about a request may repeat parts of it.
    """
    if isinstance(error, ClientError):
        return _translated_answer(error, subject)
    name = type(error).__name__
    if isinstance(error, _NO_ANSWER):
        return StoreUnavailable(f"{subject}: no complete answer ({name}); check the endpoint")
    return StoreRefused(f"{subject}: {name}; check credentials, region and endpoint")


def _translated_answer(error: ClientError, subject: str) -> ScriptoriumError:
    status, code = status_of(error), code_of(error)
    if (error.operation_name, code) in _MISSING:
        return ObjectMissing(f"{subject}: no such object")
    if status >= 500 or status in _BUSY_STATUSES or code in _BUSY_CODES:
        return StoreUnavailable(f"{subject}: the service is busy or broken ({status} {code})")
    advice = _ADVICE.get(code, "check the credentials and what they permit")
    return StoreRefused(f"{subject}: refused ({status} {code}); {advice}")
