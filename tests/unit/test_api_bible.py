"""A story bible changed in places over HTTP: entry by entry, and within an entry."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.entity import Command
from tests.unit.project_server import Json, Novel, novel

INES = {"name": "Ines Varga", "aliases": ["Ines"], "attributes": {"eyes": "grey"}, "voice": ""}


@pytest.fixture
async def bell(tmp_path: Path) -> AsyncIterator[Novel]:
    async with novel(tmp_path) as found:
        yield found


async def patched(bell: Novel, change: Json) -> Json:
    answer = await bell.server.client.patch(f"{bell.path}/bible", json=change)
    assert answer.status_code == 200, answer.text
    bible: Json = answer.json()
    return bible


@pytest.mark.parametrize("as_object", [False, True])
async def test_what_an_entry_has_stays(bell: Novel, as_object: bool) -> None:
    change: Json = {"attributes": {"hair": "black"}, "voice": "curt"}
    wanted = {"Ines Varga": change} if as_object else [{"name": "Ines Varga", **change}]
    bible = await patched(bell, {"characters": wanted})
    assert bible["characters"][0] == INES | {
        "attributes": {"eyes": "grey", "hair": "black"},
        "voice": "curt",
    }
    assert [each["name"] for each in bible["characters"]] == ["Ines Varga", "Matthew Oake"]


async def test_null_takes_away(bell: Novel) -> None:
    ines = {"name": "Ines Varga", "attributes": {"eyes": None}, "aliases": None}
    bible = await patched(bell, {"characters": [ines], "rules": None})
    assert bible["characters"][0] == INES | {"aliases": [], "attributes": {}}
    assert bible["rules"] == []
    assert bible["places"]


async def test_an_entry_can_be_removed_renamed_and_added(bell: Novel) -> None:
    rule = "The bell of Saltmarsh rings only at high water."
    bible = await patched(
        bell,
        {
            "characters": {"Matthew Oake": None, "Nobody": None, "Tom Reed": {"voice": "loud"}},
            "places": {"Saltmarsh": {"name": "Saltmarsh Reach"}},
            "rules": {rule: "The bell rings at low water.", "Nobody crosses at night.": {}},
        },
    )
    assert [each["name"] for each in bible["characters"]] == ["Ines Varga", "Tom Reed"]
    assert bible["characters"][1]["voice"] == "loud"
    assert [each["name"] for each in bible["places"]] == ["Saltmarsh Reach"]
    assert [each["text"] for each in bible["rules"]] == [
        "The bell rings at low water.",
        "Nobody crosses at night.",
    ]


async def test_facts_without_a_sentence_stand_beside_each_other(bell: Novel) -> None:
    first = {"subject": "Ines Varga", "predicate": "sibling_of", "object": "Tom"}
    second = {"subject": "Ines Varga", "predicate": "parent_of", "object": "Ida"}
    await patched(bell, {"facts": [first, "Tom is dead."]})
    bible = await patched(bell, {"facts": [first, second, "Tom is dead."]})
    assert [each["object"] or each["text"] for each in bible["facts"]] == [
        "Tom",
        "Tom is dead.",
        "Ida",
    ]


async def test_a_list_within_an_entry_takes_the_place_of_the_old_one(bell: Novel) -> None:
    bible = await patched(bell, {"characters": {"Ines Varga": {"aliases": ["Miss Varga"]}}})
    assert bible["characters"][0]["aliases"] == ["Miss Varga"]


async def test_what_else_an_entry_says_is_an_attribute(bell: Novel) -> None:
    said = {"description": "A tall woman.", "age": 34, "left": None}
    bible = await patched(bell, {"characters": {"Ines Varga": said}})
    assert bible["characters"][0]["attributes"] == {
        "eyes": "grey",
        "description": "A tall woman.",
        "age": "34",
    }


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ({"charcters": []}, "body.charcters"),
        ({"characters": "Ines"}, "body.characters"),
        ({"characters": [None]}, "body.characters.0"),
        ({"characters": [{"voice": "loud"}]}, "body.characters.2.name"),
        ({"style": {"mood": "dark"}}, "body.style.mood"),
        (
            {"characters": {"Ines Varga": {"eyes": "x" * 2001}}},
            "body.characters.0.attributes.eyes",
        ),
    ],
)
async def test_what_is_wrong_is_named(bell: Novel, change: Json, at: str) -> None:
    answer = await bell.server.client.patch(f"{bell.path}/bible", json=change)
    assert (answer.status_code, answer.json()["errors"][0]["at"]) == (422, at)


async def test_what_is_null_is_not_said(bell: Novel) -> None:
    ines = {"name": "Ines", "aliases": None, "attributes": {"eyes": None, "hair": "black"}}
    bible = {"characters": [ines], "rules": None, "facts": [{"text": "So.", "subject": None}]}
    answer = await bell.put("/bible", bible)
    assert answer.status_code == 200, answer.text
    assert answer.json()["characters"][0]["attributes"] == {"hair": "black"}
    assert answer.json()["facts"][0]["subject"] == ""


async def test_a_bible_is_not_emptied_by_accident(bell: Novel) -> None:
    answer = await bell.server.client.put(f"{bell.path}/bible")
    assert answer.status_code == 415
    json = {"content-type": "application/json"}
    empty = await bell.server.client.put(f"{bell.path}/bible", content=b"", headers=json)
    assert empty.status_code == 422
    assert (await bell.get("/bible")).json()["characters"]


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}])
async def test_what_others_change_meanwhile_is_not_lost(
    bell: Novel, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    execute = bell.server.services.entities.execute

    async def late(kind: str, id: str, command: Command, **rest: object) -> object:
        monkeypatch.undo()
        await patched(bell, {"characters": [{"name": "Ines Varga", "voice": "curt"}]})
        return await execute(kind, id, command, **rest)  # type: ignore[arg-type]

    monkeypatch.setattr(bell.server.services.entities, "execute", late)
    change: Json = {"characters": [{"name": "Ines Varga", "attributes": {"hair": "black"}}]}
    answer = await bell.server.client.patch(f"{bell.path}/bible", json=change, headers=headers)
    assert answer.status_code == 412
    bible = await patched(bell, change)
    assert bible["characters"][0]["voice"] == "curt"
