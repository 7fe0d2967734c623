"""What every language model does."""

from abc import ABC, abstractmethod
from math import isclose, sqrt

import pytest

from adapters.llm.base import Completion, Delta, LanguageModel
from domain.prompt import Prompt
from domain.story.prompts.answers import Summary
from domain.story.prompts.material import Scope, SummaryMaterial
from domain.story.prompts.writing import summary_prompt
from tests.contract.language_models import a_prompt

TEXT = (
    "Ines tied up the ferry at dusk. The miller had not come, and his lamp was dark. "
    "She carried the letter home unopened and laid it under the clock."
)


def to_sum_up() -> Prompt:
    material = SummaryMaterial(language="en", scope=Scope.CHAPTER, texts=(TEXT,), names=("Ines",))
    return summary_prompt(material)


class LanguageModelCases(ABC):
    @pytest.fixture
    @abstractmethod
    def model(self) -> LanguageModel:
        """A model that is closed after the test."""

    async def test_texts_say_who_wrote_them_and_what_they_used(self, model: LanguageModel) -> None:
        answer = await model.text(to_sum_up())
        assert answer.text.strip()
        assert answer.origin == model.origin
        assert answer.usage.prompt > 0
        assert answer.usage.completion > 0

    async def test_a_prompt_without_material_is_answered(self, model: LanguageModel) -> None:
        assert (await model.text(a_prompt())).text.strip()

    async def test_streams_come_in_pieces_and_then_whole(self, model: LanguageModel) -> None:
        *pieces, whole = [piece async for piece in model.stream(to_sum_up())]
        assert isinstance(whole, Completion)
        texts = [piece.text for piece in pieces if isinstance(piece, Delta)]
        assert len(texts) == len(pieces) > 1
        assert "".join(texts) == whole.text
        assert whole.usage.completion > 0

    async def test_a_stream_may_be_left(self, model: LanguageModel) -> None:
        async for _ in model.stream(to_sum_up()):
            break
        assert (await model.text(to_sum_up())).text

    async def test_records_are_of_the_kind_asked_for(self, model: LanguageModel) -> None:
        answer = await model.structured(to_sum_up(), Summary)
        assert type(answer.value) is Summary
        assert answer.value.text
        assert answer.origin == model.origin
        assert answer.usage.prompt > 0

    async def test_vectors_have_length_one_and_depend_on_the_text(
        self, model: LanguageModel
    ) -> None:
        texts = ["the ferry", "a lamp in the mill", "the ferry"]
        vectors = (await model.embed(texts)).vectors
        assert len(vectors) == 3
        assert len({len(vector) for vector in vectors}) == 1
        for vector in vectors:
            assert isclose(sqrt(sum(value * value for value in vector)), 1, abs_tol=1e-6)
        assert list(vectors[0]) == list(vectors[2]) != list(vectors[1])

    async def test_no_texts_have_no_vectors(self, model: LanguageModel) -> None:
        assert list((await model.embed([])).vectors) == []

    async def test_an_empty_text_has_a_place(self, model: LanguageModel) -> None:
        assert len((await model.embed(["", "a lamp"])).vectors) == 2

    async def test_a_model_that_is_there_says_so_and_closes_twice(
        self, model: LanguageModel
    ) -> None:
        await model.ping()
        await model.close()
        await model.close()
