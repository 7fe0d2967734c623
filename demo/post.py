"""A book handed in over HTTP, and what happens to it as it happens."""

import json
from pathlib import Path

import httpx
from httpx_sse import connect_sse
from rich.console import Console

from domain.entities.book import BookFailed, BookPartlyRead, BookReady

_LAST = {kind.__name__ for kind in (BookReady, BookPartlyRead, BookFailed)}
_SECONDS = 60.0
_SHOWN = 60  # characters of an event


def post(path: Path, url: str, console: Console) -> bool:
    """Upload a book to the API at `url` and follow its events to the last; whether it is ready."""
    with httpx.Client(base_url=url, timeout=_SECONDS) as client, path.open("rb") as file:
        console.print(f"\n[bold]POST {url}/v1/books[/bold] {path.name}")
        answer = client.post("/v1/books", files={"file": (path.name, file)})
        answer.raise_for_status()
        events = answer.json()["links"]["events"]
        console.print(
            f"  {answer.status_code} {answer.reason_phrase}; its events:", highlight=False
        )
        with connect_sse(client, "GET", events) as stream:
            for event in filter(lambda event: event.data, stream.iter_sse()):
                data = json.dumps(json.loads(event.data)["data"])
                line = data if len(data) <= _SHOWN else f"{data[:_SHOWN]} ..."
                console.print(f"  {event.id:>3} {event.event:<15}{line}", highlight=False)
                if event.event in _LAST:
                    return event.event == BookReady.__name__
    return False
