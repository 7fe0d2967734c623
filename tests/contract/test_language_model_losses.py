"""What a call has cost that gave nothing, and answers that never arrived."""

import pickle

import pytest

from domain.errors import AnswerUnusable, ModelRefused, NothingGained
from tests.contract.language_models import MakeModel, a_prompt
from tests.fakes.openai_chat import Reply
from tests.fakes.openai_server import FakeOpenAi

USED = {"prompt_tokens": 90, "completion_tokens": 60, "total_tokens": 150}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply("And so", finish_reason="length", usage=USED), AnswerUnusable),
        (Reply("", usage=USED), AnswerUnusable),
        (Reply("And", finish_reason="content_filter", usage=USED), ModelRefused),
        (Reply("", refusal="No.", usage=USED), ModelRefused),
    ],
)
async def test_what_cannot_be_used_tells_what_it_cost(
    reply: Reply, kind: type[NothingGained], open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(reply)
    with pytest.raises(kind) as raised:
        await open_llm().text(a_prompt())
    for error in (raised.value, pickle.loads(pickle.dumps(raised.value))):
        assert error.usage is not None
        assert (error.usage.prompt, error.usage.completion) == (90, 60)


async def test_a_stream_that_cannot_be_used_tells_it_too(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(Reply("And so", finish_reason="length", usage=USED))
    with pytest.raises(AnswerUnusable) as raised:
        _ = [item async for item in open_llm().stream(a_prompt())]
    assert raised.value.usage is not None
    assert raised.value.usage.completion == 60


async def test_answers_that_never_arrived_are_counted(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.extend(
        [Reply(body="{"), Reply(body='{"choices": 1}'), Reply(status=503), Reply("Done.")]
    )
    assert (await open_llm().text(a_prompt())).usage.lost == 2
