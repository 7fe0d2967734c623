"""Errors: their tree is what the module's docstring draws, and Ray can carry each of them."""

import pickle
import re
from collections.abc import Iterator

import pytest

import domain.errors
from domain.book import BookFault
from domain.errors import (
    BookRefused,
    CommandRefused,
    Retryable,
    ScriptoriumError,
    Terminal,
    VersionMismatch,
)


def below(error: type[ScriptoriumError]) -> Iterator[type[ScriptoriumError]]:
    for child in error.__subclasses__():
        yield child
        yield from below(child)


ERRORS: list[type[ScriptoriumError]] = [ScriptoriumError, *below(ScriptoriumError)]
LEAVES = [error for error in ERRORS if not error.__subclasses__()]


def drawn_tree() -> dict[str, str]:
    """Name of each class in the drawing, with that of its parent; the root's is empty."""
    drawing = re.findall(r"^ {4}([ │├└─]*)([A-Z]\w+)", domain.errors.__doc__ or "", re.MULTILINE)
    parents: dict[str, str] = {}
    branch: list[str] = []
    for indent, name in drawing:
        branch = [*branch[: len(indent) // 4], name]
        parents[name] = branch[-2] if len(branch) > 1 else ""
    return parents


def sample(kind: type[ScriptoriumError]) -> ScriptoriumError:
    if issubclass(kind, BookRefused):
        return kind(BookFault.ENCRYPTED, "save it without the password")
    if issubclass(kind, CommandRefused):
        return kind("still_reading", "the book is still being read")
    if issubclass(kind, VersionMismatch):
        return kind(3, 5)
    return kind("what went wrong; what to do")


def test_the_drawing_shows_the_classes() -> None:
    classes = {error.__name__: error.__bases__[0].__name__ for error in ERRORS}
    assert drawn_tree() == classes | {"ScriptoriumError": ""}


def test_all_errors_are_kept_in_one_place() -> None:
    assert {error.__module__ for error in ERRORS} == {"domain.errors"}


@pytest.mark.parametrize("error", LEAVES, ids=lambda error: error.__name__)
def test_each_error_can_be_retried_or_not(error: type[ScriptoriumError]) -> None:
    assert issubclass(error, Retryable) != issubclass(error, Terminal)
    assert error not in {Retryable, Terminal}


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("kind", ERRORS, ids=lambda error: error.__name__)
def test_errors_survive_pickling(kind: type[ScriptoriumError], protocol: int) -> None:
    error = sample(kind)
    copy = pickle.loads(pickle.dumps(error, protocol))
    assert type(copy) is kind
    assert copy.args == error.args
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


@pytest.mark.parametrize("fault", BookFault)
def test_a_refused_book_says_why(fault: BookFault) -> None:
    error = BookRefused(fault, "save it without the password")
    assert error.fault is fault
    assert str(error) == f"{fault.value}: save it without the password"
    assert pickle.loads(pickle.dumps(error)).fault is fault
