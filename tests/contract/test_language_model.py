from collections.abc import AsyncIterator

import pytest

from adapters.llm.base import LanguageModel
from adapters.llm.offline import OfflineModel
from tests.contract.language_model_cases import LanguageModelCases
from tests.contract.language_models import MakeModel


class TestOpenAiModel(LanguageModelCases):
    @pytest.fixture
    def model(self, open_llm: MakeModel) -> LanguageModel:
        return open_llm()


class TestOfflineModel(LanguageModelCases):
    @pytest.fixture
    async def model(self) -> AsyncIterator[LanguageModel]:
        model = OfflineModel()
        yield model
        await model.close()
