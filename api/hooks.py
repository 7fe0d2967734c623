"""`POST /v1/hooks/object-created`: a bucket says that a book was put into it.

The announcement is accepted when it is durable; the object is fetched later. It is as good as a
repeated one: the same content under the same name is received once.
"""

import hashlib
import hmac
import re
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from api.errors import Refusal
from api.idempotency import Once
from api.limits import whole_body
from api.models import HookReceipt, ObjectView
from api.notifications import Announced, announced_in
from api.openapi import notification_body
from api.problems import ENTITY_PROBLEMS, ProblemType, documented
from api.services import From, Services, Using
from cluster.settings import Settings
from domain.entities.intake import IntakeState, ReceiveObject, WholeIntake, intake_id
from domain.entity import Origin
from domain.library import BOOKS

router = APIRouter()
SIGNATURE = "X-Scriptorium-Signature"
_SIGNATURE = re.compile("sha256=[0-9a-f]{64}")


@router.post(
    "/v1/hooks/object-created",
    status_code=202,
    summary="Announce new objects of a bucket",
    response_model=HookReceipt,
    response_description="The announcement is kept.",
    responses=documented(
        ProblemType.SIGNATURE_INVALID,
        ProblemType.BUCKET_REFUSED,
        ProblemType.HOOK_OFF,
        ProblemType.BODY_TIMEOUT,
        ProblemType.TOO_LARGE,
        ProblemType.UNSUPPORTED_MEDIA_TYPE,
        ProblemType.INVALID_REQUEST,
        ProblemType.IDEMPOTENCY_KEY_REUSED,
        ProblemType.TOO_MANY_REQUESTS,
        *ENTITY_PROBLEMS,
    ),
    openapi_extra=notification_body(),
)
async def object_created(
    request: Request,
    services: Using,
    origin: From,
    idempotency: Once,
    signature: Annotated[
        str,
        Header(
            alias=SIGNATURE,
            max_length=200,
            description="`sha256=` and the HMAC-SHA256 of the body with the hook's secret, in hex",
        ),
    ] = "",
) -> Response:
    """Takes the event notifications of S3 (and what speaks like it) and of Cloudflare R2."""
    settings = services.settings
    body = await _signed_body(request, settings, signature)
    announced = announced_in(body)
    taken = [each for each in announced if each.is_created and not _is_ours(each, settings)]
    _check_buckets(taken, settings)

    async def respond(_command_id: str) -> Response:
        objects = [await _receive(services, each, origin) for each in taken]
        ignored = len(announced) - len(taken)
        receipt = HookReceipt(accepted=len(taken), ignored=ignored, objects=objects)
        return Response(receipt.model_dump_json(), 202, media_type="application/json")

    return await idempotency.once(hashlib.sha256(body).hexdigest(), respond)


@router.get(
    "/v1/hooks/objects/{object_id}",
    summary="What became of an announced object",
    response_description="The object.",
    responses=documented(ProblemType.NOT_FOUND, ProblemType.INVALID_REQUEST, *ENTITY_PROBLEMS),
)
async def announced_object(
    object_id: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="from the receipt")],
    services: Using,
) -> ObjectView:
    """Whether it is a book by now, or why it does not become one."""
    answer = await services.entities.query("intake", object_id, WholeIntake())
    if not isinstance(answer.value, IntakeState) or answer.value.stage is None:
        raise Refusal(ProblemType.NOT_FOUND, "No such object was announced.")
    return ObjectView.of(answer.value)


async def _signed_body(request: Request, settings: Settings, signature: str) -> bytes:
    """The body, once it is known to come from who knows the secret."""
    if settings.hook_secret is None:
        raise Refusal(
            ProblemType.HOOK_OFF, "Set SCRIPTORIUM_HOOK_SECRET, and sign requests with it."
        )
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type != "application/json":
        raise Refusal(ProblemType.UNSUPPORTED_MEDIA_TYPE, "Send application/json.")
    if not _SIGNATURE.fullmatch(signature):  # whoever cannot sign is not waited for
        raise _unsigned()
    body = await whole_body(request, settings.http_json_bytes, settings.http_idle_seconds)
    secret = settings.hook_secret.get_secret_value().encode()
    expected = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise _unsigned()
    return body


def _unsigned() -> Refusal:
    return Refusal(
        ProblemType.SIGNATURE_INVALID,
        f"{SIGNATURE} is not the HMAC-SHA256 of the body with the hook's secret.",
        headers={"WWW-Authenticate": f'HMAC-SHA256 header="{SIGNATURE}"', "Connection": "close"},
    )


def _is_ours(each: Announced, settings: Settings) -> bool:
    """Whether the library itself put the object there."""
    bucket, prefix = _store_place(settings)
    return each.bucket == bucket and each.key.startswith(f"{prefix}{BOOKS}")


def _check_buckets(taken: list[Announced], settings: Settings) -> None:
    """Raises `Refusal` for a bucket that is not to be listened to."""
    allowed = {*settings.hook_buckets.split(","), _store_place(settings)[0]} - {""}
    for each in taken:
        if each.bucket not in allowed:
            raise Refusal(
                ProblemType.BUCKET_REFUSED,
                f"The bucket {each.bucket[:100]!r} is not listed in SCRIPTORIUM_HOOK_BUCKETS.",
            )


def _store_place(settings: Settings) -> tuple[str, str]:
    """Bucket and prefix (empty, or ending in `/`) of the library's store; empty if on disk."""
    scheme, _, place = settings.store_uri.partition(":")
    if scheme != "s3":
        return "", ""
    bucket, _, prefix = place.removeprefix("//").partition("/")
    prefix = prefix.strip("/")
    return bucket, f"{prefix}/" if prefix else ""


async def _receive(services: Services, each: Announced, origin: Origin) -> str:
    """Gives where what becomes of the object can be seen."""
    id = intake_id(each.uri, each.etag)
    command = ReceiveObject(
        command_id=f"receive:{id}", uri=each.uri, size=each.size, etag=each.etag
    )
    await services.entities.execute("intake", id, command, origin=origin)
    return f"/v1/hooks/objects/{id}"
