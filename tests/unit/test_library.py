import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.object_store.keys import check_key, check_prefix
from domain import library
from domain.slices import PageRange

BOOK_ID = "0123456789abcdef" * 4
PAGE_RANGES = (
    st.tuples(st.integers(1, 999_999), st.integers(1, 999_999))
    .map(sorted)
    .map(lambda pair: PageRange(*pair))
)


@given(st.lists(PAGE_RANGES, max_size=20))
def test_slice_keys_round_trip(ranges: list[PageRange]) -> None:
    keys = [library.slice_key(BOOK_ID, pages) for pages in ranges]
    assert library.slices_among(keys) == ranges
    assert all(key.startswith(library.slices_prefix(BOOK_ID)) for key in keys)


@given(st.lists(PAGE_RANGES, max_size=20))
def test_slice_keys_sort_in_reading_order(ranges: list[PageRange]) -> None:
    keys = sorted(library.slice_key(BOOK_ID, pages) for pages in ranges)
    assert library.slices_among(keys) == sorted(ranges)


def test_other_keys_are_no_slices() -> None:
    keys = [
        library.source_key(BOOK_ID),
        library.manifest_key(BOOK_ID),
        library.book_key(BOOK_ID),
        library.export_key(BOOK_ID, "json"),
        library.slices_prefix(BOOK_ID),
        f"{library.slices_prefix(BOOK_ID)}000001-000002.json.part",
        f"{library.slices_prefix(BOOK_ID)}notes.json",
    ]
    assert library.slices_among(keys) == []


KEYS = {
    library.source_key(BOOK_ID): f"books/{BOOK_ID}/source",
    library.manifest_key(BOOK_ID): f"books/{BOOK_ID}/manifest.json",
    library.book_key(BOOK_ID): f"books/{BOOK_ID}/book.json",
    library.export_key(BOOK_ID, "md"): f"books/{BOOK_ID}/exports/book.md",
    library.slice_key(BOOK_ID, PageRange(1, 12)): f"books/{BOOK_ID}/slices/000001-000012.json",
}


def test_keys_of_libraries_that_exist_do_not_change() -> None:
    assert list(KEYS) == list(KEYS.values())


@pytest.mark.parametrize("key", KEYS)
def test_keys_lie_below_their_book_and_suit_a_store(key: str) -> None:
    assert key.startswith(library.book_prefix(BOOK_ID))
    check_key(key)


def test_prefixes_suit_a_store_and_belong_to_one_book() -> None:
    check_prefix(library.book_prefix(BOOK_ID))
    check_prefix(library.slices_prefix(BOOK_ID))
    assert not library.book_prefix(BOOK_ID + "0").startswith(library.book_prefix(BOOK_ID))
