"""A story written over HTTP: the gate catches a planted contradiction, a revision mends it."""

import json
from pathlib import Path
from typing import Any

import httpx
from httpx_sse import connect_sse
from rich.console import Console

from domain.entities.project.events import (
    CoherenceValidated,
    GenerationCancelled,
    GenerationFailed,
)

_SECONDS = 60.0
_SHOWN = 240  # characters of a chapter
_WORDS = 350
_LAST = {kind.__name__ for kind in (CoherenceValidated, GenerationCancelled, GenerationFailed)}

_PROJECT = {
    "title": "The Lamp at Corran Point",
    "language": "en",
    "bible": {
        "characters": [
            {
                "name": "Nell Harrow",
                "aliases": ["Nell"],
                "attributes": {"eyes": "grey", "profession": "lamp keeper"},
                "voice": "few words, dry",
            },
            {
                "name": "Davit Rowe",
                "aliases": ["Davit"],
                "attributes": {"hair": "red", "profession": "boat builder"},
                "voice": "talks to keep fear away",
            },
        ],
        "places": ["Corran Point"],
        "items": ["the storm lamp"],
        "rules": ["The lamp of Corran Point is never left unlit at night."],
        "style": {"genre": "sea tale", "person": "third", "tense": "past"},
    },
}
_FIRST = "Nell Harrow lights the storm lamp. Davit Rowe brings her news of the missing boat."
_PLANTED = "Nell Harrow's brown eyes searched the water. Davit Rowe offers to row out."
_MENDED = "Nell Harrow searches the water for a sail. Davit Rowe offers to row out."

# Answers of the API are JSON of any shape.
Json = dict[str, Any]


def tell(url: str, folder: Path, console: Console) -> bool:
    """Have two chapters written by the API at `url`; whether the gate did what it is for.

    The text is kept in `folder` as `story.md` and `story.epub`.
    """
    with httpx.Client(base_url=url, timeout=_SECONDS) as client:
        console.print(f"\n[bold]POST {url}/v1/projects[/bold] {_PROJECT['title']}")
        project = _checked(client.post("/v1/projects", json=_PROJECT))
        novel = f"/v1/projects/{project['project_id']}"
        _write(client, novel, "chapters", _FIRST, console)
        is_begun = _decide(client, novel, 1, console)

        console.print(f"\n  chapter 2, with a planted contradiction: “{_PLANTED}”")
        _write(client, novel, "chapters", _PLANTED, console)
        _show_findings(client, novel, console)
        is_caught = not _decide(client, novel, 2, console)

        console.print(f"\n  chapter 2, revised: “{_MENDED}”")
        _write(client, novel, "chapters/2/revise", _MENDED, console)
        is_mended = _decide(client, novel, 2, console)
        for kind in ("md", "epub"):
            text = client.get(f"{novel}/export", params={"format": kind})
            text.raise_for_status()
            (folder / f"story.{kind}").write_bytes(text.content)
        console.print(f"\n  the story: {folder}/story.md, story.epub", soft_wrap=True)
    return is_begun and is_caught and is_mended


def _write(client: httpx.Client, novel: str, path: str, instruction: str, console: Console) -> None:
    """Have a chapter written, and follow it until it is at rest."""
    wanted = {"instruction": instruction, "target_word_count": _WORDS}
    started = _checked(client.post(f"{novel}/{path}", json=wanted))
    chapter, told = started["chapter"], dict[str, None]()
    with connect_sse(client, "GET", started["events"]) as stream:
        for event in filter(lambda event: event.data, stream.iter_sse()):
            data = json.loads(event.data)["data"]
            is_of_it = data.get("revision", chapter["revision"]) == chapter["revision"]
            if data.get("chapter_id") == chapter["chapter_id"] and is_of_it:
                told[event.event] = None
                if event.event in _LAST:
                    break
    console.print(f"  {', '.join(told)}", highlight=False)
    content = _checked(client.get(started["href"]))["content"]
    text = " ".join((content or "").split())
    console.print(f"  “{text[:_SHOWN]} ...” ({len(text.split())} words, asked {_WORDS})")


def _decide(client: httpx.Client, novel: str, number: int, console: Console) -> bool:
    """Try to approve a chapter; whether that is done."""
    chapter = _checked(client.get(f"{novel}/chapters/{number}"))["chapter"]
    answer = client.post(f"{novel}/chapters/{number}/approve", json={})
    console.print(
        f"  revision {chapter['revision']}, {chapter['status']}, score {chapter['score']}; "
        f"approve: {answer.status_code} {answer.reason_phrase}",
        highlight=False,
    )
    if answer.status_code != 200:
        console.print(f"  {chapter['detail'] or answer.json()['detail']}", highlight=False)
    return answer.status_code == 200


def _show_findings(client: httpx.Client, novel: str, console: Console) -> None:
    """What the gate says of the second chapter."""
    for marked in _checked(client.get(f"{novel}/chapters/2"))["findings"]:
        finding = marked["finding"]
        console.print(
            f"  [bold]{finding['severity']}[/bold] {finding['kind']}: {finding['message']}"
        )
        for evidence in finding["evidence"]:
            console.print(f"    {evidence['source']}: “{evidence['quote']}”", highlight=False)


def _checked(answer: httpx.Response) -> Json:
    answer.raise_for_status()
    body: Json = answer.json()
    return body
