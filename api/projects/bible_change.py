"""A change of a story bible, as a JSON merge patch (RFC 7396) that knows the bible's entries."""

from typing import Annotated

from pydantic import Field, JsonValue

from domain.book import Frozen

Json = dict[str, JsonValue]

_SAID = {"rules", "timeline", "facts"}
"""Sections whose entries go by their sentence, not by a name."""

_Entries = Annotated[
    JsonValue,
    Field(
        description="a list of entries to change or to add, or an object from names (of rules and "
        "facts: sentences) to changes, in which null removes the entry"
    ),
]


class BibleChange(Frozen):
    """What of a story bible is to be otherwise; what is null goes."""

    characters: _Entries = None
    places: _Entries = None
    items: _Entries = None
    rules: _Entries = None
    timeline: _Entries = None
    facts: _Entries = None
    style: JsonValue = None


def changed(bible: Json, change: Json) -> Json:
    """A bible after a change."""
    wanted = dict(bible)
    for section, value in change.items():
        known = bible.get(section)
        if value is None:
            wanted.pop(section, None)
        elif isinstance(known, list):
            wanted[section] = _entries(known, value, "text" if section in _SAID else "name")
        else:
            wanted[section] = _patched(known, value)
    return wanted


def _entries(known: list[JsonValue], change: JsonValue, key: str) -> JsonValue:
    """The entries of a section, which go by what they have under `key`: those that were there in
    their places, the new ones last."""
    if isinstance(change, list) and all(isinstance(each, str | dict) for each in change):
        changes = [(each if isinstance(each, str) else _name(each, key), each) for each in change]
    elif isinstance(change, dict):
        changes = list(change.items())
    else:
        return change
    entries = list(known)
    for name, said in changes:
        patch: JsonValue = {key: said} if isinstance(said, str) else said
        at = next(
            (at for at, each in enumerate(entries) if _is_meant(each, name, patch, key)), None
        )
        if patch is None:
            entries = [each for each in entries if _name(each, key) != name]
        elif at is None:
            entries.append(_patched({key: name} if name else None, patch))
        else:
            entries[at] = _patched(entries[at], patch)
    return entries


def _is_meant(entry: JsonValue, name: str, patch: JsonValue, key: str) -> bool:
    """Whether a change is of an entry; one without a name is meant by what says the same."""
    if name or not isinstance(entry, dict) or not isinstance(patch, dict):
        return _name(entry, key) == name
    return patch.items() <= entry.items()


def _name(entry: JsonValue, key: str) -> str:
    """What an entry goes by, empty for one without a name."""
    name = entry.get(key) if isinstance(entry, dict) else None
    return name if isinstance(name, str) else ""


def _patched(old: JsonValue, change: JsonValue) -> JsonValue:
    """As RFC 7396 has it."""
    if not isinstance(change, dict):
        return change
    patched = dict(old) if isinstance(old, dict) else {}
    for key, value in change.items():
        if value is None:
            patched.pop(key, None)
        else:
            patched[key] = _patched(patched.get(key), value)
    return patched
