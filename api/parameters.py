"""Query parameters that nobody knows are refused: most are slips for one that is known."""

import asyncio

from fastapi import Depends, FastAPI, Request

from api.errors import invalid


async def _refuse_unknown(request: Request) -> None:
    if not request.query_params:
        return
    app: FastAPI = request.app
    described = await asyncio.to_thread(app.openapi)  # made once
    operation = described["paths"][request.scope["route"].path][request.method.lower()]
    known = [each["name"] for each in operation.get("parameters", ()) if each["in"] == "query"]
    for name in request.query_params:
        if name not in known:
            there_are = f"there are: {', '.join(known)}" if known else "there is none here"
            raise invalid(f"query.{name}", f"no such parameter; {there_are}")


ONLY_KNOWN_PARAMETERS = Depends(_refuse_unknown)
"""A route with it refuses query parameters that its description does not name."""
