from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from domain.events import Metadata, NewEvent, StreamId, chained

STREAM = StreamId("book", "b1")
EVENT = NewEvent(
    event_id=UUID("0f5cbf43-7e7a-4f0a-8a0a-4a7a63c2a9c1"),
    type="BookUploaded",
    schema_version=1,
    data='{"é": 1}',
    metadata=Metadata("c1", "r1", principal="Zoë"),
    occurred_at=datetime(2031, 5, 17, 20, 15, 3, 120_000, tzinfo=UTC),
)


def test_metadata_is_written_in_one_way_for_ever() -> None:
    """Logs were written so: checksums cover these very characters."""
    assert EVENT.metadata.to_json() == (
        '{"command_id":"c1","correlation_id":"r1","causation_id":null,"traceparent":null,'
        '"principal":"Zoë"}'
    )


def test_checksums_are_computed_in_one_way_for_ever() -> None:
    first = chained("", STREAM, 1, EVENT)
    assert first == "61977563a1932c3f58e0e22428cc01fc53cbd78971d8a06ded41f12da06c57c8"
    assert (
        chained(first, STREAM, 2, EVENT)
        == "f51060f55759375919275b7b8cb72ad2be8e9d078f2804105d94be368de14ee7"
    )


@pytest.mark.parametrize(
    "changed",
    [
        replace(EVENT, event_id=UUID(int=1)),
        replace(EVENT, type="BookUpload"),
        replace(EVENT, schema_version=2),
        replace(EVENT, data='{"é":1}'),
        replace(EVENT, metadata=replace(EVENT.metadata, command_id="c2")),
        replace(EVENT, metadata=replace(EVENT.metadata, principal=None)),
        replace(EVENT, occurred_at=EVENT.occurred_at + timedelta(microseconds=1)),
    ],
)
def test_a_checksum_covers_every_field(changed: NewEvent) -> None:
    assert chained("", STREAM, 1, changed) != chained("", STREAM, 1, EVENT)


def test_a_checksum_covers_the_place() -> None:
    places = [
        ("", STREAM, 1),
        ("", STREAM, 2),
        ("x", STREAM, 1),
        ("", StreamId("book", "b2"), 1),
        ("", StreamId("bookb", "1"), 1),
    ]
    assert len({chained(*place, EVENT) for place in places}) == len(places)


def test_a_stream_is_named_by_kind_and_id() -> None:
    assert str(STREAM) == "book/b1"
