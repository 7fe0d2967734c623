"""A language's grammar for the offline author, as its file holds it."""

import re
import tomllib
from collections.abc import Mapping
from functools import cached_property, lru_cache
from importlib import resources

from domain.book import Frozen

FALLBACK = "en"


class Rewrite(Frozen):
    """What is put in place of what a pattern finds."""

    pattern: str
    put: str


class AttributeWords(Frozen):
    """Sentences about an attribute of the bible, unless its value says something unusual."""

    keys: tuple[str, ...]
    unless: str
    sentences: tuple[str, ...]


class Movement(Frozen):
    """A kind of scene: names of rules, paragraph by paragraph; the middle is gone round."""

    opening: tuple[str, ...]
    middle: tuple[tuple[str, ...], ...]
    closing: tuple[str, ...]


class Dialogue(Frozen):
    """How words are put between marks, with who says them; `split` after the first sentence."""

    statement: str
    question: str
    split: str
    question_split: str


class Talk(Frozen):
    """What is said: pairs of remark and answer, and what somebody says alone."""

    exchanges: tuple[tuple[str, str], ...]
    quarrels: tuple[tuple[str, str], ...]
    alone: tuple[str, ...]


class InstructionWords(Frozen):
    """Patterns that lead into what an instruction wants told, and sentences to tell it in."""

    clause: tuple[str, ...]
    phrase: tuple[str, ...]
    bidding: str
    direction: str
    phrase_frames: tuple[str, ...]
    bidding_frames: tuple[str, ...]


class Narrated(Frozen):
    """Verbs in the present and as they are told; found after a name, one of these words, or a
    subject at a sentence's beginning."""

    subject: str
    after: tuple[str, ...]
    words: Mapping[str, str]


class Grammar(Frozen):
    """Everything the offline author knows of a language.

    In templates `{name}` stands for a rule or for who and what a scene is about, `[a|b]` for the
    past and the present tense.
    """

    strangers: tuple[str, ...]
    nowhere: str
    present: tuple[str, ...]
    gone: tuple[str, ...]
    gone_values: tuple[str, ...]
    life_keys: tuple[str, ...]
    unable: str
    extract: str
    mends: tuple[Rewrite, ...]
    place_articles: tuple[Rewrite, ...]
    item_articles: tuple[Rewrite, ...]
    attributes: tuple[AttributeWords, ...]
    voices: Mapping[str, tuple[str, ...]]
    instruction: InstructionWords
    titles: Mapping[str, str]
    plan: Mapping[str, tuple[str, ...]]
    scenes: Mapping[str, Movement]
    dialogue: Dialogue
    moods: tuple[Mapping[str, tuple[str, ...]], ...]
    rules: Mapping[str, tuple[str, ...]]
    talk: Talk
    remarks: Mapping[str, tuple[str, ...]]
    narrated: Narrated

    @cached_property
    def _mends(self) -> list[tuple[re.Pattern[str], str]]:
        return [(re.compile(each.pattern), each.put) for each in self.mends]

    def mended(self, sentence: str) -> str:
        """A sentence spelled as it must be after words were put in."""
        for pattern, put in self._mends:
            sentence = pattern.sub(put, sentence)
        return sentence

    def place(self, name: str) -> str:
        """A place's name with an article where it takes one."""
        return _with_article(name, self.place_articles)

    def item(self, name: str) -> str:
        """A thing's name with an article where it takes one."""
        return _with_article(name, self.item_articles)


def _with_article(name: str, articles: tuple[Rewrite, ...]) -> str:
    for article in articles:
        if re.search(article.pattern, name):
            return article.put + name
    return name


@lru_cache
def _codes() -> frozenset[str]:
    files = resources.files(__package__).iterdir()
    return frozenset(file.name.removesuffix(".toml") for file in files if ".toml" in file.name)


@lru_cache
def load_grammar(language: str) -> Grammar:
    """The grammar of a language; English where it has none."""
    code = language if language in _codes() else FALLBACK
    text = resources.files(__package__).joinpath(f"{code}.toml").read_text("utf-8")
    return Grammar.model_validate(tomllib.loads(text))
