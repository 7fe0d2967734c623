"""What FastAPI cannot know of the API: problems, and bodies that routes read themselves."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from adapters.exports import EXPORTERS
from api.notifications import R2Notification, S3Notification, S3TestEvent
from api.problems import Problem
from api.projects.bible_change import BibleChange
from api.projects.bodies import BODIES
from api.projects.transfer import TransferredProject
from cluster.settings import LANGUAGES
from domain.book import TextMode

_COMPONENTS = "#/components/schemas/{model}"
_NOTIFICATIONS = (S3Notification, R2Notification, S3TestEvent)

# OpenAPI documents are JSON of any shape.
Json = dict[str, Any]


def form_body() -> Json:
    """The request body of an upload."""
    formats = f"({'|'.join(EXPORTERS)})"
    properties = {
        "file": {"type": "string", "format": "binary", "description": "the book"},
        "languages": {
            "type": "string",
            "description": "Tesseract codes joined by +, e.g. eng+fra",
            "pattern": f"^({LANGUAGES.pattern})?$",
        },
        "text": {
            "type": "string",
            "enum": [*TextMode, ""],
            "description": "decide page by page, recognise all, or take only text the file has",
        },
        "exports": {
            "type": "string",
            "description": "formats to make, joined by commas, e.g. txt,pdf",
            "pattern": f"^({formats}(,{formats})*)?$",
        },
    }
    schema = {"type": "object", "properties": properties, "required": ["file"]}
    return _body({"multipart/form-data": schema})


def notification_body() -> Json:
    """The request body of the hook."""
    schemas = [{"$ref": _COMPONENTS.format(model=model.__name__)} for model in _NOTIFICATIONS]
    return _body({"application/json": {"anyOf": schemas}})


def headers(**described: str) -> Json:
    """Response headers by name, `_` standing for `-`."""
    return {
        name.replace("_", "-"): {"description": text, "schema": {"type": "string"}}
        for name, text in described.items()
    }


def describe(app: FastAPI) -> None:
    """Have the application describe itself completely."""

    def openapi() -> Json:
        if app.openapi_schema is None:
            app.openapi_schema = _description(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # as FastAPI's documentation has it


def _description(app: FastAPI) -> Json:
    description = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    models: list[tuple[type[BaseModel], JsonSchemaMode]] = [
        (model, "validation")
        for model in (Problem, *_NOTIFICATIONS, *BODIES, BibleChange, TransferredProject)
    ]
    _, definitions = models_json_schema(models, ref_template=_COMPONENTS)
    components = description.setdefault("components", {})
    components["schemas"] = {**definitions["$defs"], **components.get("schemas", {})}
    return description


def _body(schemas: dict[str, Json]) -> Json:
    content = {media_type: {"schema": schema} for media_type, schema in schemas.items()}
    return {"requestBody": {"required": True, "content": content}}
