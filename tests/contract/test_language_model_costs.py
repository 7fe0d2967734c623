"""What calls cost, what is kept so that they cost nothing, and vectors."""

from pathlib import Path

import pytest
from pydantic import Field

from adapters.llm.metrics import Tally
from adapters.llm.prices import Price, read_prices
from adapters.llm.response_cache import ResponseCache
from adapters.object_store.local import LocalStore
from domain.book import Frozen
from domain.errors import AnswerUnusable, ModelRefused, ModelUnavailable
from domain.prompt import Usage
from tests.contract.language_models import Figures, MakeModel, a_prompt
from tests.fakes.openai_chat import Reply
from tests.fakes.openai_server import FakeOpenAi

TOKENS = {
    "prompt_tokens": 1000,
    "completion_tokens": 200,
    "prompt_tokens_details": {"cached_tokens": 400},
}


class Place(Frozen):
    name: str = Field(max_length=40)


@pytest.fixture
def cache(tmp_path: Path) -> ResponseCache:
    return ResponseCache(LocalStore(tmp_path), 1000)


async def test_money_is_counted_by_the_price_table(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    prices = read_prices('{"priced": {"prompt": 2, "cached": 1, "completion": 10}}')
    llm_server.replies.extend([Reply("Done.", usage=TOKENS), Reply("Done.", usage=TOKENS)])
    usage = (await open_llm("priced", prices=prices).text(a_prompt())).usage
    assert usage.money == pytest.approx(0.0036)
    assert (usage.prompt, usage.cached, usage.completion) == (1000, 400, 200)
    assert (await open_llm("free", prices=prices).text(a_prompt())).usage.money is None
    assert figures.counts[Tally.PROMPT_TOKENS] == 2000
    assert figures.counts[Tally.CACHED_TOKENS] == 800
    assert figures.counts[Tally.COMPLETION_TOKENS] == 400


@pytest.mark.parametrize(
    ("told", "cached"),
    [
        ({"prompt_tokens": 10, "completion_tokens": 1, "prompt_cache_hit_tokens": 6}, 6),
        ({"prompt_tokens": 10, "completion_tokens": 1, "prompt_tokens_details": None}, 0),
        (
            {
                "prompt_tokens": 10,
                "completion_tokens": 1,
                "prompt_tokens_details": {"cached_tokens": 99},
            },
            10,
        ),
    ],
)
async def test_endpoints_tell_of_their_cache_in_several_ways(
    told: dict[str, object], cached: int, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(Reply("Done.", usage=told))
    usage = (await open_llm().text(a_prompt())).usage
    assert (usage.prompt, usage.cached, usage.estimated) == (10, cached, False)


@pytest.mark.parametrize("told", [{"prompt_tokens": -3}, {"prompt_tokens": "many"}, {"tokens": 3}])
async def test_usage_that_makes_no_sense_is_estimated(
    told: dict[str, object], open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(Reply("Done.", usage=told))
    usage = (await open_llm().text(a_prompt())).usage
    assert usage.estimated
    assert usage.prompt > 0


async def test_estimates_learn_from_what_was_counted(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm()
    llm_server.tells_usage = False
    before = (await model.text(a_prompt())).usage
    llm_server.tells_usage = True
    characters = len(llm_server.chats[-1].prompt)
    dense = {"prompt_tokens": characters, "completion_tokens": 20}
    llm_server.answer = lambda _: Reply("Done.", usage=dense)
    for _ in range(100):
        await model.text(a_prompt())
    llm_server.tells_usage = False
    after = (await model.text(a_prompt())).usage
    assert 2 * before.prompt < after.prompt <= characters


async def test_a_kept_answer_costs_nothing(
    cache: ResponseCache, open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    prices = {"writer": Price(prompt=1, completion=1)}
    first = await open_llm("writer", cache=cache, prices=prices).text(a_prompt())
    model = open_llm("writer", cache=cache, prices=prices)
    again = await model.text(a_prompt())
    assert again.text == first.text
    assert again.usage == Usage()
    *pieces, whole = [piece async for piece in model.stream(a_prompt())]
    assert "".join(piece.text for piece in pieces) == whole.text == first.text
    assert len(llm_server.requests) == 1
    assert figures.counts[Tally.CACHE_HITS] == 2


async def test_a_streamed_answer_is_kept_too(
    cache: ResponseCache, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm(cache=cache)
    *_, whole = [piece async for piece in model.stream(a_prompt())]
    assert (await model.text(a_prompt())).text == whole.text
    assert len(llm_server.requests) == 1


async def test_a_kept_record_is_checked_again(
    cache: ResponseCache, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm("writer", cache=cache)
    llm_server.answer = lambda _: '{"name": "the mill"}'
    await model.structured(a_prompt(), Place)
    again = await model.structured(a_prompt(), Place)
    assert again.value == Place(name="the mill")
    assert again.usage == Usage()
    assert len(llm_server.requests) == 1


async def test_another_question_has_another_answer(
    cache: ResponseCache, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm("writer", cache=cache)
    await model.text(a_prompt())
    await model.text(a_prompt("Write of the mill."))
    await model.text(a_prompt(max_tokens=61))
    await model.structured(a_prompt(), Place)
    await open_llm("other", cache=cache).text(a_prompt())
    assert len(llm_server.requests) == 5


async def test_what_went_wrong_is_not_kept(
    cache: ResponseCache, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm(cache=cache)
    llm_server.replies.append(Reply("Half a", finish_reason="length"))
    with pytest.raises(AnswerUnusable):
        await model.text(a_prompt())
    llm_server.replies.append(Reply("One two", cut_after=1))
    with pytest.raises(ModelUnavailable):
        async for _ in model.stream(a_prompt()):
            pass
    assert (await model.text(a_prompt())).usage.prompt


async def test_a_damaged_store_is_as_good_as_an_empty_one(
    tmp_path: Path, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm(cache=ResponseCache(LocalStore(tmp_path), 1))
    await model.text(a_prompt())
    (kept,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept.write_bytes(b"{")
    await model.text(a_prompt())
    assert len(llm_server.requests) == 2
    await model.text(a_prompt())
    assert len(llm_server.requests) == 2
    await model.text(a_prompt("Something else."))  # takes over the only slot
    await model.text(a_prompt())
    assert len(llm_server.requests) == 4
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


async def test_many_texts_go_in_several_batches(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    texts = [f"line {number}" for number in range(300)]
    model = open_llm()
    answer = await model.embed(texts)
    sizes = [len(request.body["input"]) for request in llm_server.requests]
    assert sum(sizes) == 300
    assert len(sizes) == 3
    assert answer.origin.model == "fake-embedder"
    assert answer.usage.prompt > 0
    for number in (0, 150, 299):
        alone = await model.embed([texts[number]])
        assert list(alone.vectors[0]) == list(answer.vectors[number])


async def test_long_texts_are_cut_and_do_not_travel_together(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    await open_llm().embed(["x" * 100_000] * 30)
    for request in llm_server.requests:
        assert sum(map(len, request.body["input"])) <= 200_000
    assert len(llm_server.requests) == 3


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("[]", "one vector for each text"),
        ('[{"index": 1, "embedding": [1]}]', "one vector for each text"),
        ('[{"index": 0, "embedding": [0, 0]}]', "without a direction"),
        ('[{"index": 0, "embedding": []}]', "without a direction"),
    ],
)
async def test_vectors_that_are_none_are_unusable(
    data: str, reason: str, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.embedding_replies.append(Reply(body=f'{{"data": {data}}}'))
    with pytest.raises(AnswerUnusable, match=reason):
        await open_llm().embed(["the mill"])


async def test_vectors_are_asked_for_again_as_texts_are(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.embedding_replies.extend([Reply(status=503), Reply(body='{"data": [{"in')])
    assert len((await open_llm().embed(["the mill"])).vectors) == 1
    llm_server.embedding_replies.append(Reply(status=401))
    with pytest.raises(ModelRefused, match="key"):
        await open_llm().embed(["the mill"])
