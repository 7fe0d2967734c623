import numpy as np
import pytest

from adapters.llm.offline.embedding import DIMENSION, vector

NEAR = [
    ("The ferry left at dusk.", "At dusk the ferries were leaving."),
    ("Odile a perdu la montre au lavoir.", "La montre perdue par Odile est restée au lavoir."),
    ("The miller's lamp was dark.", "A dark lamp in the miller's window."),
]
FAR = [
    ("The ferry left at dusk.", "He counts the ledgers of a bank."),
    ("Odile a perdu la montre.", "Les soldats franchissent un col enneigé."),
    ("The miller's lamp was dark.", "Seven geese crossed the frozen meadow."),
]


def likeness(first: str, second: str) -> float:
    return float(vector(first) @ vector(second))


@pytest.mark.parametrize(("first", "second"), NEAR)
def test_texts_about_the_same_are_near(first: str, second: str) -> None:
    assert likeness(first, second) > 0.3


@pytest.mark.parametrize(("first", "second"), FAR)
def test_texts_about_something_else_are_far(first: str, second: str) -> None:
    assert likeness(first, second) < 0.2


def test_case_and_accents_do_not_count() -> None:
    assert likeness("ÉLISE À LA FORÊT", "elise a la foret") == pytest.approx(1)


def test_a_word_said_often_does_not_drown_the_others() -> None:
    assert likeness("lamp " * 50 + "ferry bell anchor", "ferry bell anchor") > 0.3


@pytest.mark.parametrize("text", ["", "?!", "a", "word", "word " * 10_000])
def test_length_is_one(text: str) -> None:
    found = vector(text)
    assert found.shape == (DIMENSION,)
    assert np.linalg.norm(found) == pytest.approx(1)


def test_vectors_are_the_same_everywhere() -> None:
    assert vector("the ferry").nonzero()[0].tolist() == [98, 139, 140, 251, 291, 298, 362]
