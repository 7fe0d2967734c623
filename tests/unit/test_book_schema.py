"""The published schema is that of the code, and holds for books as they are written.

After a change of `domain.book`, publish it anew:

    python -m tests.unit.test_book_schema > docs/schema/book.schema.json
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any  # JSON, which the tests break in many ways

import pytest
from jsonschema import Draft202012Validator

from domain.book import Book, OutlineEntry, PageMethod, Word
from tests.unit.sample_book import a_blank_page, a_book, a_failed_page, a_page

PUBLISHED = Path(__file__).parents[2] / "docs" / "schema" / "book.schema.json"
Json = Any


def schema_of_the_code() -> str:
    identity = {"$schema": Draft202012Validator.META_SCHEMA["$id"], "$id": "urn:scriptorium:book"}
    return json.dumps(identity | Book.model_json_schema(), indent=2, ensure_ascii=False)


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(PUBLISHED.read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.fixture
def document() -> Json:
    """A small book's JSON, as it lies in the store."""
    line = [Word("Zoë", 50, 100, 78, 112, 0.9), Word("read", 84, 102, 120, 110, None)]
    book = a_book(
        a_page(1, line, text="Zoë read"),
        a_page(2, text="native", method=PageMethod.NATIVE),
        a_blank_page(3),
        a_failed_page(4),
        title="A Letter",
        outline=[OutlineEntry(1, "One", 1)],
    )
    return json.loads(book.model_dump_json())


def test_the_published_schema_is_that_of_the_code() -> None:
    published = PUBLISHED.read_text("utf-8")
    assert published == schema_of_the_code() + "\n", f"publish it anew:{(__doc__ or '')[-78:]}"


def test_a_book_is_valid(validator: Draft202012Validator, document: Json) -> None:
    assert [error.message for error in validator.iter_errors(document)] == []


def change(path: str, value: object) -> Callable[[Json], None]:
    """Puts a value at a path such as `pages/0/status`."""
    *parents, last = (int(part) if part.isdigit() else part for part in path.split("/"))

    def apply(document: Json) -> None:
        for part in parents:
            document = document[part]
        document[last] = value

    return apply


def without(name: str) -> Callable[[Json], None]:
    def apply(document: Json) -> None:
        del document[name]

    return apply


BROKEN = {
    "no pages": without("pages"),
    "no status": without("status"),
    "no statistics": without("stats"),
    "an unknown field": change("invented", 1),
    "an unknown field of a page": change("pages/0/invented", 1),
    "an unknown status": change("status", "lost"),
    "an unknown method": change("pages/1/method", "magic"),
    "an unknown fault": change("pages/3/error/fault", "tired"),
    "an id that is no hash": change("book_id", "A" * 64),
    "a page before the first": change("pages/0/number", 0),
    "more than sure": change("pages/0/confidence", 1.1),
    "a page without text": change("pages/0/text", None),
    "a word without a box": change("pages/0/blocks/0/lines/0/words/0", ["Zoë", 0.9]),
    "a word that is an object": change("pages/0/blocks/0/lines/0/words/0", {"text": "Zoë"}),
    "a confidence that is a word": change("pages/0/blocks/0/lines/0/words/0/5", "sure"),
    "an outline entry without a page": change("metadata/outline/0", [1, "One"]),
    "statistics that are no numbers": change("stats/words", "many"),
}


@pytest.mark.parametrize("breaking", BROKEN.values(), ids=BROKEN)
def test_what_is_no_book_is_not_valid(
    breaking: Callable[[Json], None], validator: Draft202012Validator, document: Json
) -> None:
    breaking(document)
    assert not validator.is_valid(document)


if __name__ == "__main__":
    print(schema_of_the_code())
