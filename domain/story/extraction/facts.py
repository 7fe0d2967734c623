"""Facts from what a narrator states."""

from collections.abc import Iterable, Iterator

from domain.story.extraction.statements import Statement
from domain.story.facts import PREDICATES, Fact, Source, StoryTime
from domain.story.language import Language


def facts_of(stated: Iterable[Statement], language: Language) -> Iterator[Fact]:
    """What is stated plainly, once each. What is told of earlier times holds from before the
    story on."""
    seen: set[tuple[str, str, str]] = set()
    for statement in stated:
        phrasing = language.phrasings[statement.phrasing]
        predicate = phrasing.predicate or statement.phrasing
        thing = statement.object or statement.value
        key = (statement.subject, predicate, thing)
        says_something = statement.plain and all(key) and thing != predicate  # not `hair: hair`
        if predicate not in PREDICATES or not says_something or key in seen:
            continue
        seen.add(key)
        before = statement.past and not PREDICATES[predicate].temporal
        yield Fact(
            subject=statement.subject,
            predicate=predicate,
            object=thing,
            since=StoryTime(0) if before else StoryTime(statement.chapter, statement.scene),
            source=Source(chapter=statement.chapter, quote=statement.quote),
        )
