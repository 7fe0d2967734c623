"""How records are asked for: as strictly as the endpoint allows, and always checked."""

from typing import Annotated

import pytest
from pydantic import Field

from adapters.llm.metrics import Tally
from domain.book import Frozen
from domain.errors import AnswerUnusable, ModelRefused, ModelUnavailable
from tests.contract.language_models import Figures, MakeModel, a_prompt
from tests.fakes.openai_chat import ChatRequest, Reply
from tests.fakes.openai_server import FakeOpenAi

GOOD = '{"name": "Ines", "age": 41, "traits": ["patient"]}'


class Sheet(Frozen):
    """Somebody in the story."""

    name: Annotated[str, Field(min_length=2, max_length=20, pattern="^[A-Z]")]
    age: Annotated[int, Field(ge=0, le=150)] | None = None
    traits: Annotated[tuple[str, ...], Field(max_length=3)] = ()


class Odds(Frozen):
    """What has no strict schema."""

    by_name: dict[str, float]


def formats(server: FakeOpenAi) -> list[str]:
    return [chat.format for chat in server.chats]


async def test_a_schema_is_asked_for_first(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    llm_server.replies.append(Reply(GOOD))
    answer = await open_llm().structured(a_prompt(), Sheet)
    assert answer.value == Sheet(name="Ines", age=41, traits=("patient",))
    (chat,) = llm_server.chats
    assert chat.body["response_format"]["json_schema"]["strict"] is True
    assert chat.schema["required"] == ["name", "age", "traits"]
    assert chat.schema["additionalProperties"] is False
    for keyword in ("maxLength", "minLength", "pattern", "maximum", "minimum", "default"):
        assert keyword not in str(chat.schema)
    assert figures.counts[Tally.STEPS_DOWN] == 0


@pytest.mark.parametrize("named", [True, False])
async def test_a_schema_that_is_rejected_leads_to_an_example(
    named: bool, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.json_schema = "refuses"
    llm_server.names_parameters = named
    llm_server.answer = lambda _: GOOD
    model = open_llm()
    await model.structured(a_prompt(), Sheet)
    assert formats(llm_server) == ["json_schema", "json_object"]
    shown = llm_server.chats[-1].prompt
    assert "JSON" in shown
    assert '"traits"' in shown
    assert shown.endswith("Write on.")
    await model.structured(a_prompt(), Sheet)  # and is remembered
    assert formats(llm_server)[2:] == ["json_object"]


async def test_the_last_step_is_words(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    llm_server.json_schema = llm_server.json_object = "refuses"
    llm_server.answer = lambda _: f"With pleasure {{as asked}}:\n```json\n{GOOD}\n```\nThere."
    model = open_llm("plain")
    answer = await model.structured(a_prompt(), Sheet)
    assert answer.value.name == "Ines"
    assert formats(llm_server) == ["json_schema", "json_object", "text"]
    await open_llm("plain").structured(a_prompt(), Sheet)
    assert formats(llm_server)[3:] == ["text"]
    await open_llm("another").structured(a_prompt(), Sheet)
    assert formats(llm_server)[4:] == ["json_schema", "json_object", "text"]


async def test_a_schema_that_is_ignored_is_noticed(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    def answer(request: ChatRequest) -> str:
        return GOOD if request.format == "json_object" else "She keeps the ferry."

    llm_server.answer = answer
    model = open_llm()
    result = await model.structured(a_prompt(), Sheet)
    assert formats(llm_server) == ["json_schema", "json_object"]
    one = (await model.structured(a_prompt(), Sheet)).usage
    assert formats(llm_server)[2:] == ["json_object"]
    assert result.usage.prompt > one.prompt  # all calls for an answer are counted


async def test_what_the_schema_cannot_say_is_mended(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    bad = '{"name": "ines", "age": 410, "traits": []}'
    llm_server.replies.extend([Reply(bad), Reply(GOOD)])
    model = open_llm()
    answer = await model.structured(a_prompt(), Sheet)
    assert answer.value.age == 41
    assert formats(llm_server) == ["json_schema", "json_schema"]
    *_, said, asked = llm_server.chats[-1].messages
    assert said == {"role": "assistant", "content": bad}
    assert "age: " in asked["content"]
    assert "name: " in asked["content"]
    assert figures.counts[Tally.REPAIRS] == 1


async def test_there_is_one_turn_to_mend(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    llm_server.answer = lambda _: '{"name": "Ines", "age": 999, "traits": []}'
    with pytest.raises(AnswerUnusable, match="Sheet: age"):
        await open_llm().structured(a_prompt(), Sheet)
    assert len(llm_server.chats) == 2
    assert figures.counts[Tally.UNUSABLE] == 1


async def test_words_to_the_end_are_unusable(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    llm_server.answer = lambda _: "I would rather tell you about the ferry."
    model = open_llm()
    with pytest.raises(AnswerUnusable, match="no complete JSON object"):
        await model.structured(a_prompt(), Sheet)
    assert formats(llm_server) == ["json_schema", "json_object", "text", "text"]
    llm_server.answer = lambda _: GOOD
    await model.structured(a_prompt(), Sheet)  # nothing was learnt from what did not work
    assert formats(llm_server)[4:] == ["json_schema"]


@pytest.mark.parametrize(
    "bad",
    [
        '{"by_name": {"Ines": 1.5}',
        '{"broken": [{"by_name": {}}, ',
        '{"by_name": {"Ines": "much"}}',
        '{"by_name": {}, "more": 1}',
        '["by_name"]',
    ],
)
async def test_what_is_inside_a_broken_answer_is_no_answer(
    bad: str, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.answer = lambda _: bad
    with pytest.raises(AnswerUnusable):
        await open_llm().structured(a_prompt(), Odds)


async def test_a_mapping_is_asked_for_by_example(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.answer = lambda request: (
        GOOD if request.format == "json_schema" else '{"by_name": {"Ines": 1.5}}'
    )
    model = open_llm()
    assert (await model.structured(a_prompt(), Odds)).value.by_name == {"Ines": 1.5}
    assert formats(llm_server) == ["json_object"]
    await model.structured(a_prompt(), Sheet)  # which says nothing about schemas
    assert formats(llm_server)[1:] == ["json_schema"]


async def test_the_example_is_no_answer(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    def answer(request: ChatRequest) -> str:
        shown = request.prompt
        return shown[shown.index("{") : shown.rindex("}") + 1]

    llm_server.json_schema = "refuses"
    llm_server.answer = answer
    with pytest.raises(AnswerUnusable, match="example was repeated"):
        await open_llm().structured(a_prompt(), Sheet)


async def test_what_was_meant_comes_last(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    thought = '<think>perhaps {"name": "Otto"}, no</think> ' + GOOD
    llm_server.answer = lambda _: thought
    assert (await open_llm().structured(a_prompt(), Sheet)).value.name == "Ines"


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(GOOD[:20], finish_reason="length"), AnswerUnusable),
        (Reply("", finish_reason="content_filter"), ModelRefused),
        (Reply(status=401), ModelRefused),
        (Reply(status=400, code="context_length_exceeded"), ModelRefused),
    ],
)
async def test_no_plainer_form_helps_against_some_faults(
    reply: Reply, error: type[Exception], open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(reply)
    with pytest.raises(error):
        await open_llm().structured(a_prompt(), Sheet)
    assert len(llm_server.chats) == 1


async def test_an_endpoint_that_is_down_does_not_lose_its_schema(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm()
    llm_server.replies.extend([Reply(status=500)] * 4)
    with pytest.raises(ModelUnavailable):
        await model.structured(a_prompt(), Sheet)
    llm_server.replies.append(Reply(GOOD))
    await model.structured(a_prompt(), Sheet)
    assert set(formats(llm_server)) == {"json_schema"}
