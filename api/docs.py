"""`/docs`: the API's description for people, by a Swagger UI that comes from this machine."""

from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import FileResponse, HTMLResponse

from api.errors import Refusal
from api.problems import ProblemType

router = APIRouter(include_in_schema=False)
_ASSETS = Path(str(files("fastapi_swagger.resources")))
_SCRIPT, _STYLE, _ICON = "swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """The page."""
    root = request.scope.get("root_path", "")
    return get_swagger_ui_html(
        openapi_url=f"{root}{request.app.openapi_url}",
        title=request.app.title,
        swagger_js_url=f"{root}/docs/{_SCRIPT}",
        swagger_css_url=f"{root}/docs/{_STYLE}",
        swagger_favicon_url=f"{root}/docs/{_ICON}",
        swagger_ui_parameters={"validatorUrl": None},  # else a stranger is asked to check it
    )


@router.get("/docs/{name}")
async def asset(name: str) -> FileResponse:
    """What the page loads."""
    if name not in {_SCRIPT, _STYLE, _ICON}:
        raise Refusal(ProblemType.NOT_FOUND, "The page is at /docs.")
    return FileResponse(_ASSETS / name)
