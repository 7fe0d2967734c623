"""What a client of the server does with books."""

from pathlib import Path

import httpx


def upload(client: httpx.Client, path: Path, **fields: str) -> httpx.Response:
    with path.open("rb") as file:
        return client.post("/v1/books", files={"file": (path.name, file)}, data=fields)


def events_until(client: httpx.Client, url: str, last: str) -> list[str]:
    """The types of a book's events, up to the one called `last`; comes back when a stream ends."""
    types: list[str] = []
    seen = "0"
    while last not in types:
        with client.stream("GET", url, headers={"Last-Event-ID": seen}) as stream:
            for line in stream.iter_lines():
                if line.startswith("id: "):
                    seen = line.removeprefix("id: ")
                if line.startswith("event: "):
                    types.append(line.removeprefix("event: "))
                    if types[-1] == last:
                        break
    return types
