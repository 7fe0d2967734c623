"""The application as a server runs it: it starts, and at its end closes what it worked with."""

import os
import re
import time
from pathlib import Path

import httpx
import pytest

from api.app import create_app
from domain.errors import LogUnavailable
from tests.unit.api_server import serving


async def test_the_application_closes_its_services(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        async with server.app.router.lifespan_context(server.app):
            assert (await server.upload()).status_code == 202
        with pytest.raises(LogUnavailable):
            await server.services.log.ping()


async def test_leftovers_of_uploads_are_removed_when_they_are_old(tmp_path: Path) -> None:
    async with serving(tmp_path, http_upload_seconds=100) as server:
        folder = server.services.settings.upload_dir
        folder.mkdir(parents=True)
        ages = {"upload-old": 101, "upload-new": 50, "another": 1000}
        for name, age in ages.items():
            (folder / name).touch()
            os.utime(folder / name, times=(time.time() - age,) * 2)
        async with server.app.router.lifespan_context(server.app):
            assert {path.name for path in folder.iterdir()} == {"upload-new", "another"}


async def test_the_id_of_a_request_can_be_left_to_the_server(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        app = create_app(server.services, says_request_id=False)
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            response = await client.get("/nothing", headers={"X-Request-ID": "the-request"})
        assert "x-request-id" not in response.headers
        assert response.json()["request_id"] == "the-request"


async def test_everything_is_described(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        description = (await server.client.get("/openapi.json")).json()
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], (method, path)
            for status, response in operation["responses"].items():
                assert response["description"] not in {"", "Successful Response"}, (path, status)
                if int(status) >= 400:
                    assert response["content"].keys() == {"application/problem+json"}
            if method == "post" and path != "/v1/coherence/check":  # which changes nothing
                names = {each["name"] for each in operation["parameters"]}
                assert "Idempotency-Key" in names
    assert "HTTPValidationError" not in description["components"]["schemas"]


async def test_the_page_of_the_description_comes_from_here_alone(tmp_path: Path) -> None:
    async with serving(tmp_path) as server:
        page = (await server.client.get("/docs")).text
        for part in re.findall(r'(?:src|href)="([^"]*)"', page):
            assert part.startswith("/docs/"), part
            response = await server.client.get(part)
            assert response.status_code == 200
            assert len(response.content) > 100
        assert "://" not in page
        assert '"validatorUrl": null' in page
        assert (await server.client.get("/docs/__init__.py")).status_code == 404
        assert (await server.client.get("/redoc")).status_code == 404
