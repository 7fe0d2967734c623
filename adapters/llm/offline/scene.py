"""Writing a scene: paragraphs of narration and dialogue until the words are used up."""

from collections.abc import Mapping, Sequence
from itertools import cycle

from adapters.llm.offline.dialogue import Conversation
from adapters.llm.offline.grammar import Grammar
from adapters.llm.offline.plan import is_present, kind_of
from adapters.llm.offline.quill import Quill, seeded
from adapters.llm.offline.stage import Player, cast, is_gone, parts_of, player, property_of, scenery
from adapters.llm.offline.told import told, wishes
from domain.story.bible import Character
from domain.story.length import count_words
from domain.story.prompts.material import SceneMaterial

_CLOSING = 12
"""Words kept for the last sentence, which is chosen by its length."""

_SHORTEST = 3
_REMARKS, _OWN_REMARKS = 0.3, 0.7
"""How often a remark follows an exchange; of those who have a manner of their own."""


def written(material: SceneMaterial, grammar: Grammar) -> str:
    """The scene in prose, with as many words as it is to have.

    What the beat wants told is told whatever its length; dialogue, looks and doings fill the rest.
    """
    beat, instruction = material.beat, material.instruction
    people = _people(material, grammar)
    wanted = f"{beat.what} {instruction}"
    chapter = seeded("chapter", material.language, str(material.chapter), instruction)
    mood = grammar.moods[chapter.randrange(len(grammar.moods))]
    place = beat.place or scenery(material, grammar, wanted, people)
    item = property_of(material, grammar, wanted, chapter)
    setting = {"place": grammar.place(place)}
    if item is not None:
        setting["item"] = grammar.item(item)
    present = is_present(material.bible.style.tense, grammar)
    quill = Quill(
        grammar,
        seeded("scene", material.model_dump_json()),
        rules=mood,
        so_far=material.so_far,
        present=present,
    )
    names = [
        name for each in material.bible.characters for name in (*each.names, *parts_of(each.name))
    ]
    wished = (told(each, quill, names, present=present) for each in wishes(beat.what, grammar))
    players = [player(each, material, grammar, wanted) for each in people]
    scene = _Scene(
        quill,
        players or [Player(name) for name in grammar.strangers[:2]],
        setting,
        material.words,
    )
    scene.write(
        kind_of(material.scene, material.scenes),
        [each for each in wished if each is not None and quill.is_new(each)],
    )
    return scene.text


def _people(material: SceneMaterial, grammar: Grammar) -> list[Character]:
    """The beat's characters as far as they may act; who may, where it names none."""
    beat = material.beat
    named = [
        each
        for each in material.bible.characters
        if set(beat.characters) & {*each.names, *parts_of(each.name)}
        and not is_gone(each, material, grammar, beat.what, material.so_far)
    ]
    return named or cast(material, grammar, beat.what, material.so_far)


class _Scene:
    """A scene on its way, and how many words are left to it."""

    def __init__(
        self, quill: Quill, players: Sequence[Player], setting: Mapping[str, str], words: int
    ) -> None:
        self._quill = quill
        self._players = {each.name: each for each in players}
        self._setting = setting
        self._left = words
        self._paragraphs: list[list[str]] = [[]]
        self._conversation = Conversation(quill, setting)

    @property
    def text(self) -> str:
        """Paragraphs with blank lines between them."""
        return "\n\n".join(" ".join(paragraph) for paragraph in self._paragraphs if paragraph)

    def write(self, kind: str, pending: list[str]) -> None:
        """Opening, what is to be told at even distances with the middle between, closing."""
        movement = self._quill.grammar.scenes[kind]
        for sentence in pending:
            self._quill.take(sentence)
            self._left -= count_words(sentence)
        if self._left > 2 * _CLOSING:
            for rule in movement.opening:
                self._narrate(rule)
        stretch = self._left // (len(pending) + 1)
        due, idle = self._left, 0
        middle = cycle(movement.middle)
        while pending or (self._left > _CLOSING and idle < len(movement.middle)):
            if pending and (self._left <= due or idle):
                self._paragraphs.append([pending.pop(0)])
                due, idle = self._left - stretch, 0
                continue
            before = self._left
            for rule in next(middle):
                self._add(rule)
            self._paragraphs.append([])
            idle = idle + 1 if self._left == before else 0
        self._close((*movement.closing, "sense", "act"))

    def _add(self, rule: str) -> None:
        match rule:
            case "talk":
                self._converse(heated=False)
            case "quarrel":
                self._converse(heated=True)
            case _:
                self._narrate(rule)

    def _narrate(self, rule: str) -> None:
        """A sentence of this rule in the paragraph at hand, if there is one and room for it."""
        first, second = self._pair()
        own = first.traits if rule == "trait" else None
        sentence = self._quill.sentence(rule, self._names(first, second), self._room, own)
        if sentence is not None:
            self._put(sentence)

    def _converse(self, *, heated: bool) -> None:
        first, second = self._pair()
        if second is None:
            self._say(self._conversation.alone(first, self._room))
            return
        self._say(self._conversation.exchange(first, second, heated=heated, longest=self._room))
        mannered = [each for each in (first, second) if each.voice != "plain" or each.sayings]
        if self._quill.dice.random() < (_OWN_REMARKS if mannered else _REMARKS):
            speaker = mannered[0] if mannered else first
            self._say(self._conversation.remark(speaker, self._room))

    def _close(self, rules: Sequence[str]) -> None:
        """Last sentences, chosen so that the words come out; one at least."""
        while self._left >= _SHORTEST or not self.text:
            sentence = self._quill.nearest(rules, self._names(*self._pair()), self._left)
            if sentence is None or (self.text and count_words(sentence) >= 2 * self._left):
                return
            self._put(sentence)

    @property
    def _room(self) -> int:
        return self._left - _SHORTEST

    def _put(self, sentence: str) -> None:
        self._paragraphs[-1].append(sentence)
        self._left -= count_words(sentence)

    def _say(self, utterances: Sequence[str]) -> None:
        """Each utterance is a paragraph of its own."""
        for each in utterances:
            self._paragraphs.append([])
            self._put(each)

    def _pair(self) -> tuple[Player, Player | None]:
        """Who acts next, and with whom: each as often as the others."""
        order = self._quill.ordered(self._players)
        self._quill.use(order[0])
        return self._players[order[0]], self._players[order[1]] if len(order) > 1 else None

    def _names(self, first: Player, second: Player | None) -> dict[str, str]:
        names = {**self._setting, "a": first.name}
        return names if second is None else names | {"b": second.name}
