"""Passages, exact names, words, and their fusion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.keywords.cache import KeywordCache
from adapters.keywords.index import KeywordIndex
from domain.story.bible import Bible
from domain.story.name_index import NameIndex
from domain.story.names import fold, folded_words, mentions
from domain.story.passages import Passage, bible_passages, chapter_passages, fact_passage
from domain.story.retrieval import MOST_NAMED, Channel, fuse
from tests.unit.project_story import BIBLE, chapter_id, fact


def passages(*texts: str) -> list[Passage]:
    """Each of a chapter of its own."""
    return [
        Passage(passage_id=f"p{n}", chapter_id=chapter_id(n), chapter=n, text=text)
        for n, text in enumerate(texts, 1)
    ]


def found_by_name(query: str, *texts: str, bible: Bible | None = None) -> list[int]:
    """The numbers of the texts."""
    index = KeywordIndex(passages(*texts))
    return sorted(each.chapter for each in index.names(query, bible or Bible()))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Ilse", "That was Ilse's lamp."),
        ("Ilse", "It was Ilse’s."),
        ("Jonas", "Jonas' hat"),
        ("ilse", "ILSE!"),
        ("Ödön", "odon went"),
        ("Odon", "Ödön went"),
        ("Zoë Łuk", "ZOE  LUK"),
        ("Anna", "C'était à l’Anna, d'Anna"),
        ("Mary Jane", "Mary\nJane left."),
        ("Mary-Jane", "Mary Jane left."),
        ("Dr. Wu", "It was Dr Wu, they said."),
        ("Jean-Luc d’Artois", "JEAN-LUC D'ARTOIS"),
        ("Anna", "_Anna_ sang"),
        ("Strasse", "Straße"),
        ("小明", "然后小明去了学校。"),
        ("Анна", "и АННА ушла"),
        ("An\N{SOFT HYPHEN}na", "Anna"),
        ("R2", "then R2 beeped"),
    ],
)
def test_a_name_is_found_however_it_is_written(name: str, text: str) -> None:
    assert mentions(fold(text), fold(name))
    assert found_by_name(name, text, bible=Bible.model_validate({"characters": [name]})) == [1]


@pytest.mark.parametrize(
    ("name", "text"),
    [("Ann", "Anna sang"), ("Ann", "Joann sang"), ("Mary Jane", "Mary met Jane"), ("...", "...")],
)
def test_only_whole_names_are_found(name: str, text: str) -> None:
    assert not mentions(fold(text), fold(name))


def test_a_query_asks_for_all_names_of_whom_it_mentions() -> None:
    bible = Bible.model_validate(
        {"characters": [{"name": "Ilse Brandt", "aliases": ["the miller"]}, "Tomas"]}
    )
    texts = ("The miller slept.", "ILSE BRANDT woke.", "Tomas left.", "Nobody came.")
    assert found_by_name("What did Ilse Brandt do?", *texts, bible=bible) == [1, 2]
    assert found_by_name("What did the Miller do?", *texts, bible=bible) == [1, 2]
    assert found_by_name("ilse", *texts, bible=bible) == [1, 2]  # part of a name
    assert found_by_name("what of tomas and the miller", *texts, bible=bible) == [1, 2, 3]


def test_names_that_the_bible_does_not_have_are_found_too() -> None:
    texts = ("Orsolya laughed.", "the dog barked at Orsolya.", "A dog is no cat.", "Dogs bark.")
    assert found_by_name("where is orsolya now and why did the dog bark", *texts) == [1, 2]
    assert found_by_name("Orsolya", *texts) == [1, 2]
    assert found_by_name("the dog", *texts) == []  # no name: that is for the other channels


def test_a_name_across_the_cut_of_two_passages_is_found_in_both() -> None:
    first, second, other = "She called for Dr.", "Jean Wu at once.", "Jean Wu"
    cut = [
        Passage(passage_id=str(n), chapter_id=chapter_id(chapter), chapter=chapter, text=text)
        for n, (chapter, text) in enumerate([(1, first), (1, second), (2, "Dr."), (3, other)])
    ]
    index = NameIndex(cut, [folded_words(each.text) for each in cut])
    assert {each.passage_id for each in index.mentioning([("Dr. Jean Wu",)])} == {"0", "1"}
    unspaced = [
        each.model_copy(update={"text": text}) for each, text in zip(cut, "小明去了", strict=True)
    ]
    index = NameIndex(unspaced, [folded_words(each.text) for each in unspaced])
    assert {each.passage_id for each in index.mentioning([("小明",)])} == {"0", "1"}


def test_whoever_mentions_most_names_comes_first() -> None:
    index = KeywordIndex(passages("Ilse.", "Ilse and Tomas.", "Tomas, Tomas, Tomas."))
    found = index.names("Ilse Brandt meets Tomas", BIBLE)
    assert [each.chapter for each in found] == [2, 3, 1]


WORDS = st.sampled_from(
    ["dawn", "river", "Mirelle", "Vance", "mirelle's", "stone.", "Oak,", "\n\n"]
)


@given(st.lists(st.lists(WORDS, max_size=400), max_size=4))
def test_every_mention_in_a_chapter_is_found(chapters: list[list[str]]) -> None:
    texts = [" ".join(words) for words in chapters]
    cut = [
        passage
        for n, text in enumerate(texts, 1)
        for passage in chapter_passages(chapter_id(n), n, 1, text)
    ]
    index = KeywordIndex(cut)
    for name in ("Mirelle", "Mirelle Vance", "Vance Mirelle Oak"):
        found = index.names(name, Bible())
        mentioning = {n for n, text in enumerate(texts, 1) if mentions(fold(text), fold(name))}
        assert mentioning <= {each.chapter for each in found}
        if name == "Mirelle":
            exact = {each.passage_id for each in cut if "mirelle" in folded_words(each.text)}
            assert {each.passage_id for each in found} == exact


@given(st.text(alphabet=st.sampled_from("ab .!\n中"), max_size=3000) | st.text(max_size=500))
def test_passages_hold_every_word_in_order(text: str) -> None:
    cut = chapter_passages(chapter_id(1), 1, 1, text)
    at = 0
    for passage in cut:
        assert text.find(passage.text, at) >= 0
        at = text.find(passage.text, at) + len(passage.text)
        assert len(passage.text) <= 2000 + 1200
    assert "".join("".join(each.text.split()) for each in cut) == "".join(text.split())


def test_passages_are_about_as_long_as_they_should_be() -> None:
    paragraph = "The river was high that year, and nobody crossed it after dark. " * 5
    cut = chapter_passages(chapter_id(7), 7, 2, "\n\n".join([paragraph] * 40))
    lengths = [len(each.text.split()) for each in cut]
    assert all(100 <= length <= 200 for length in lengths[:-1])
    assert all(each.text.endswith(".") for each in cut)
    assert [each.passage_id for each in cut[:2]] == [f"{chapter_id(7)}-2-1", f"{chapter_id(7)}-2-2"]


def test_long_sentences_do_not_make_long_passages() -> None:
    sentence = "The river " + "and the river " * 40 + "ended. "
    cut = chapter_passages(chapter_id(1), 1, 1, sentence * 10)
    assert all(len(each.text.split()) <= 200 for each in cut)


def test_the_bible_and_facts_are_passages() -> None:
    cut = bible_passages(BIBLE)
    assert [each.text.split("\n")[0] for each in cut] == [
        "Ilse Brandt (Ilse): eyes: grey",
        "Tomas",
        "the mill",
        "the lamp",
    ]
    assert len({each.passage_id for each in cut}) == 4
    passage = fact_passage(fact("Ilse", "located_in", "the mill", 4))
    assert passage.text.startswith("Ilse located in the mill")
    assert passage.chapter == 4


def test_words_find_what_fits_best() -> None:
    index = KeywordIndex(
        passages("The gate was shut.", "A red gate and a blue gate.", "Nothing.", "The house.")
    )
    assert [each.chapter for each in index.keywords("GATE", 10)] == [2, 1]
    assert [each.chapter for each in index.keywords("a gâte", 1)] == [2]
    assert index.keywords("dragon", 10) == index.keywords("?", 10) == []


def test_an_index_of_nothing_finds_nothing() -> None:
    for index in (KeywordIndex([]), KeywordIndex(passages("…", ""))):
        assert index.keywords("gate", 10) == index.names("Ilse", BIBLE) == []


def test_fusion_prefers_what_more_channels_have_found() -> None:
    a, b, c, d = passages("a", "b", "c", "d")
    found = fuse({Channel.KEYWORDS: [a, b], Channel.VECTORS: [c, b], Channel.GRAPH: [d]}, 3)
    assert [each.passage for each in found] == [b, a, c]
    assert found[0].ranks == {Channel.KEYWORDS: 2, Channel.VECTORS: 2}
    assert found[0].score == pytest.approx(2 / 62)


def test_names_are_never_left_out() -> None:
    every = passages(*"abcdef")
    found = fuse({Channel.NAMES: every[3:], Channel.KEYWORDS: every, Channel.VECTORS: every}, 2)
    assert [each.passage.text for each in found] == ["d", "e", "f"]
    many = passages(*("x" for _ in range(MOST_NAMED + 50)))
    assert len(fuse({Channel.NAMES: many}, 10)) == MOST_NAMED + 10


RANKINGS = st.dictionaries(
    st.sampled_from(Channel), st.lists(st.sampled_from(passages(*"abcdefgh")), unique=True)
)


@given(RANKINGS, st.integers(1, 8))
def test_fusion_is_the_same_in_whichever_order_the_channels_come(
    rankings: dict[Channel, list[Passage]], limit: int
) -> None:
    found = fuse(rankings, limit)
    assert fuse(dict(reversed(rankings.items())), limit) == found
    ids = [each.passage.passage_id for each in found]
    assert len(set(ids)) == len(ids)
    assert {each.passage_id for each in rankings.get(Channel.NAMES, ())} <= set(ids)
    for each in found:
        for channel, rank in each.ranks.items():
            assert rankings[channel][rank - 1] == each.passage


def test_the_cache_keeps_the_newest_of_each_project_within_its_bound() -> None:
    cache = KeywordCache[KeywordIndex](most_passages=5)
    first, second = KeywordIndex(passages(*"ab")), KeywordIndex(passages(*"abc"))
    cache.put("p", 1, first)
    assert cache.get("p", 1) is first
    cache.put("p", 2, second)
    cache.put("p", 1, first)  # too late
    assert cache.get("p", 1) is None
    assert cache.get("p", 2) is second
    cache.put("q", 1, first)
    assert cache.get("p", 2) is second
    cache.put("r", 1, first)
    assert cache.get("q", 1) is None
    assert cache.get("p", 2) is second
