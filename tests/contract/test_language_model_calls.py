"""How calls are made to an endpoint: bounded, timed, repeated, and given up."""

import asyncio
import logging
import pickle
import threading
import traceback

import pytest

from adapters.llm.base import Completion, Delta
from adapters.llm.endpoint import Limits
from adapters.llm.metrics import BreakerState, Tally
from domain.errors import AnswerUnusable, ModelRefused, ModelUnavailable, ScriptoriumError
from tests.contract.language_models import KEY, FakeTime, Figures, MakeModel, a_prompt
from tests.fakes.openai_chat import Reply
from tests.fakes.openai_server import FakeOpenAi

CLOSED, HALF_OPEN, OPEN = BreakerState.CLOSED, BreakerState.HALF_OPEN, BreakerState.OPEN


async def test_what_changes_least_comes_first(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    await open_llm().text(a_prompt("Write the storm."))
    system, user = llm_server.chats[0].messages
    assert system == {"role": "system", "content": "You are the author."}
    places = [
        user["content"].index(part)
        for part in ("# Rules", "Magic costs", "# People", "Ines keeps", "Write the storm.")
    ]
    assert places == sorted(places)
    assert user["content"].endswith("Write the storm.")


async def test_another_task_finds_the_prompt_in_the_cache(open_llm: MakeModel) -> None:
    model = open_llm()
    await model.text(a_prompt("Write the storm."))
    usage = (await model.text(a_prompt("Now the calm."))).usage
    assert usage.cached > usage.prompt / 2


async def test_the_key_and_the_model_are_sent(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    llm_server.key = KEY
    await open_llm("a-writer").text(a_prompt())
    (request,) = llm_server.requests
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert request.body["model"] == "a-writer"
    assert request.body["max_tokens"] == 60


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504])
async def test_a_busy_endpoint_is_asked_again(
    status: int, open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures, fake_time: FakeTime
) -> None:
    llm_server.replies.extend([Reply(status=status), Reply(status=status), Reply("Done.")])
    assert (await open_llm().text(a_prompt())).text == "Done."
    assert len(llm_server.requests) == 3
    assert len(fake_time.sleeps) == figures.counts[Tally.RETRIES] == 2
    assert all(0 < seconds <= 30 for seconds in fake_time.sleeps)


async def test_no_more_attempts_are_made_than_allowed(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    llm_server.answer = lambda _: Reply(status=503)
    with pytest.raises(ModelUnavailable, match="503"):
        await open_llm(limits=Limits(attempts=3)).text(a_prompt())
    assert len(llm_server.requests) == 3
    assert figures.counts[Tally.UNAVAILABLE] == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"retry-after": "7"},
        {
            "date": "Sat, 05 Jan 2030 10:00:00 GMT",
            "retry-after": "Sat, 05 Jan 2030 10:00:07 GMT",
        },
    ],
)
async def test_the_endpoint_says_how_long_to_wait(
    headers: dict[str, str], open_llm: MakeModel, llm_server: FakeOpenAi, fake_time: FakeTime
) -> None:
    llm_server.replies.extend([Reply(status=429, headers=headers), Reply("Done.")])
    await open_llm().text(a_prompt())
    assert fake_time.sleeps == [7]


async def test_a_wait_beyond_the_patience_is_not_begun(
    open_llm: MakeModel, llm_server: FakeOpenAi, fake_time: FakeTime
) -> None:
    llm_server.replies.append(Reply(status=429, headers={"retry-after": "3600"}))
    with pytest.raises(ModelUnavailable):
        await open_llm(limits=Limits(retry_seconds=60)).text(a_prompt())
    assert fake_time.sleeps == []
    assert len(llm_server.requests) == 1


@pytest.mark.parametrize(
    ("reply", "advice"),
    [
        (Reply(status=401, code="invalid_api_key"), "check the key"),
        (Reply(status=403), "permits"),
        (Reply(status=404, code="model_not_found"), "model's name"),
        (Reply(status=404), "address"),
        (Reply(status=302, headers={"location": "/elsewhere"}, body=""), "address"),
        (Reply(status=429, code="insufficient_quota"), "credit"),
        (Reply(status=400, code="context_length_exceeded"), "shorten"),
        (Reply(status=400, code="content_filter"), "content filter"),
        (Reply(status=400), "does not take the request"),
        (Reply("x", finish_reason="content_filter"), "content filter"),
        (Reply("", refusal="I would rather not."), "declines"),
        (Reply(body='{"error": {"code": 401}}'), "check the key"),
        (Reply(body="[]"), "address"),
        (Reply(body="<p>Hello.", headers={"content-type": "text/html"}), "address"),
    ],
)
async def test_a_refusal_is_not_repeated(
    reply: Reply, advice: str, open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    llm_server.replies.append(reply)
    with pytest.raises(ModelRefused, match=advice):
        await open_llm().text(a_prompt())
    assert len(llm_server.requests) == 1
    assert figures.counts[Tally.REFUSED] == 1


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply("Half a sent", finish_reason="length"), "cut off at 60 tokens"),
        (Reply(" \n"), "empty answer"),
        (Reply("", finish_reason="tool_calls"), "empty answer"),
    ],
)
async def test_an_answer_that_is_none_is_unusable(
    reply: Reply, reason: str, open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    model = open_llm()
    llm_server.replies.extend([reply, reply])
    with pytest.raises(AnswerUnusable, match=reason):
        await model.text(a_prompt())
    with pytest.raises(AnswerUnusable, match=reason):
        async for _ in model.stream(a_prompt()):
            pass
    assert len(llm_server.requests) == 2
    assert figures.counts[Tally.UNUSABLE] == 2


@pytest.mark.parametrize(
    "body",
    ['{"choices": [{"mess', '{"choices": []}', '{"choices": 7}', '{"error": {"code": 502}}'],
)
async def test_what_cannot_be_understood_is_asked_for_again(
    body: str, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.extend([Reply(body=body), Reply("Done.")])
    assert (await open_llm().text(a_prompt())).text == "Done."


async def test_nobody_listens(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await open_llm(url="http://127.0.0.1:9/v1", limits=Limits(attempts=1)).text(a_prompt())


async def test_a_slow_answer_is_given_up(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    release = threading.Event()
    llm_server.replies.extend([Reply(hold=release), Reply(hold=release)])
    model = open_llm(limits=Limits(seconds=0.2, attempts=1))
    try:
        with pytest.raises(ModelUnavailable, match="in time"):
            await model.text(a_prompt())
        with pytest.raises(ModelUnavailable, match="in time"):
            await anext(aiter(model.stream(a_prompt())))
    finally:
        release.set()


@pytest.mark.parametrize("politely", [False, True])
async def test_a_stream_that_is_cut_is_no_answer(
    politely: bool, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    cut = Reply("One two three.", cut_after=2, cut_politely=politely)
    llm_server.replies.append(cut)
    pieces: list[Delta | Completion] = []
    with pytest.raises(ModelUnavailable):
        async for piece in open_llm().stream(a_prompt()):
            pieces.append(piece)
    assert pieces == [Delta("One "), Delta("two ")]
    assert len(llm_server.requests) == 1  # what has been shown is not begun anew


async def test_the_beginning_of_a_stream_is_tried_again(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.extend([Reply(status=500), Reply("One two.")])
    pieces = [piece async for piece in open_llm().stream(a_prompt())]
    assert [piece.text for piece in pieces] == ["One ", "two.", "One two."]


async def test_an_endpoint_that_does_not_stream_is_told(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.replies.append(Reply(body='{"choices": []}'))
    with pytest.raises(ModelRefused, match="does not stream"):
        await anext(aiter(open_llm().stream(a_prompt())))


async def test_an_error_in_the_place_of_a_stream_is_tried_again(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    event = 'data: {"error": {"message": "overloaded"}}\n\n'
    kind = {"content-type": "text/event-stream"}
    llm_server.replies.extend([Reply(body=event, headers=kind), Reply("One.")])
    assert [piece.text async for piece in open_llm().stream(a_prompt())] == ["One.", "One."]


@pytest.mark.parametrize("named", [True, False])
async def test_usage_of_a_stream_is_asked_for_where_it_may_be(
    named: bool, open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.names_parameters = named
    llm_server.refused_parameters = {"stream_options"}
    model = open_llm()
    for calls in (2, 3):  # learnt, then known
        *_, whole = [piece async for piece in model.stream(a_prompt())]
        assert isinstance(whole, Completion)
        assert whole.usage.estimated
        assert len(llm_server.requests) == calls


async def test_a_stream_that_is_rejected_all_the_same_teaches_nothing(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm()
    llm_server.replies.extend([Reply(status=400), Reply(status=400)])
    with pytest.raises(ModelRefused):
        await anext(aiter(model.stream(a_prompt())))
    *_, whole = [piece async for piece in model.stream(a_prompt())]
    assert isinstance(whole, Completion)
    assert not whole.usage.estimated


async def test_thoughts_are_not_part_of_the_answer(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.answer = lambda _: "<think>The ferry? No.</think>\n\nThe mill stood still."
    model = open_llm()
    assert (await model.text(a_prompt())).text == "The mill stood still."
    pieces = [piece.text async for piece in model.stream(a_prompt())]
    assert pieces[-1] == "".join(pieces[:-1]) == "The mill stood still."


async def test_calls_at_once_learn_the_same(open_llm: MakeModel, llm_server: FakeOpenAi) -> None:
    llm_server.refused_parameters = {"max_tokens", "temperature", "stream_options"}
    model = open_llm()
    texts = await asyncio.gather(*(model.text(a_prompt()) for _ in range(6)))
    assert len(texts) == 6
    *_, whole = [piece async for piece in model.stream(a_prompt())]
    assert whole.text


async def test_parameters_that_a_model_does_not_know_are_left_out(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    llm_server.refused_parameters = {"max_tokens", "temperature"}
    model = open_llm("thinker")
    await model.text(a_prompt())
    body = llm_server.chats[-1].body
    assert body["max_completion_tokens"] == 60
    assert "temperature" not in body
    assert len(llm_server.requests) == 3
    await open_llm("thinker").text(a_prompt())  # known in the whole process
    assert len(llm_server.requests) == 4


async def test_no_more_calls_run_at_once_than_allowed(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    release = threading.Event()
    llm_server.answer = lambda _: Reply("Done.", hold=release)
    model = open_llm(limits=Limits(parallel=2))
    calls = [asyncio.create_task(model.text(a_prompt())) for _ in range(5)]
    await asyncio.to_thread(llm_server.wait_for_requests, 2)
    release.set()
    await asyncio.gather(*calls)
    assert llm_server.most_in_flight == 2


async def test_a_stream_that_is_left_gives_its_place_back(
    open_llm: MakeModel, llm_server: FakeOpenAi
) -> None:
    model = open_llm(limits=Limits(parallel=1))
    stream = model.stream(a_prompt())
    assert await anext(aiter(stream))
    await stream.aclose()  # type: ignore[attr-defined]
    assert (await model.text(a_prompt())).text


async def test_the_breaker_opens_tries_and_closes(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures, fake_time: FakeTime
) -> None:
    limits = Limits(attempts=1, outages=3, rest_seconds=30)
    model = open_llm(limits=limits)
    llm_server.answer = lambda _: Reply(status=500)
    for _ in range(3):
        with pytest.raises(ModelUnavailable, match="500"):
            await model.text(a_prompt())
    assert figures.states == [CLOSED, OPEN]
    with pytest.raises(ModelUnavailable, match="left alone for 30 seconds"):
        await model.text(a_prompt())
    with pytest.raises(ModelUnavailable):
        await model.ping()
    assert len(llm_server.requests) == 3

    fake_time.now += 31
    await model.ping()
    with pytest.raises(ModelUnavailable, match="500"):
        await model.text(a_prompt())
    assert figures.states == [CLOSED, OPEN, HALF_OPEN, OPEN]

    fake_time.now += 31
    llm_server.answer = lambda _: Reply("Back.")
    assert (await model.text(a_prompt())).text == "Back."
    assert figures.states[-2:] == [HALF_OPEN, CLOSED]
    await model.ping()


async def test_one_call_tries_whether_the_endpoint_is_back(
    open_llm: MakeModel, llm_server: FakeOpenAi, fake_time: FakeTime
) -> None:
    model = open_llm(limits=Limits(attempts=1, outages=1))
    llm_server.replies.append(Reply(status=500))
    with pytest.raises(ModelUnavailable):
        await model.text(a_prompt())
    fake_time.now += 31
    release = threading.Event()
    llm_server.replies.append(Reply("Back.", hold=release))
    trying = asyncio.create_task(model.text(a_prompt()))
    await asyncio.to_thread(llm_server.wait_for_requests, 2)
    with pytest.raises(ModelUnavailable, match="one call is trying"):
        await model.text(a_prompt())
    release.set()
    await trying
    assert (await model.text(a_prompt())).text


async def test_a_call_that_is_given_up_says_nothing_of_the_endpoint(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures, fake_time: FakeTime
) -> None:
    model = open_llm(limits=Limits(attempts=1, outages=1))
    llm_server.replies.append(Reply(status=500))
    with pytest.raises(ModelUnavailable):
        await model.text(a_prompt())
    fake_time.now += 31
    release = threading.Event()
    llm_server.replies.append(Reply(hold=release))
    trying = asyncio.create_task(model.text(a_prompt()))
    await asyncio.to_thread(llm_server.wait_for_requests, 2)
    trying.cancel()
    with pytest.raises(asyncio.CancelledError):
        await trying
    release.set()
    assert figures.states[-1] is HALF_OPEN
    assert (await model.text(a_prompt())).text  # may try in its place


async def test_an_endpoint_that_is_busy_or_refuses_is_not_down(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    model = open_llm(limits=Limits(attempts=1, outages=1))
    llm_server.replies.extend([Reply(status=429), Reply(status=401), Reply(status=400)])
    for _ in range(3):
        with pytest.raises(ScriptoriumError):
            await model.text(a_prompt())
    assert figures.states == [CLOSED]


async def test_streams_that_are_cut_open_the_breaker(
    open_llm: MakeModel, llm_server: FakeOpenAi, figures: Figures
) -> None:
    model = open_llm(limits=Limits(attempts=1, outages=2))
    llm_server.answer = lambda _: Reply("One two.", cut_after=1, cut_politely=True)
    for _ in range(2):
        with pytest.raises(ModelUnavailable, match="broke off"):
            async for _piece in model.stream(a_prompt()):
                pass
    assert figures.states == [CLOSED, OPEN]


async def test_the_key_and_the_manuscript_do_not_show(
    open_llm: MakeModel,
    llm_server: FakeOpenAi,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    model = open_llm()
    said = f"Incorrect API key {KEY}; the prompt was: Magic costs a memory."
    for reply in (
        Reply(status=401, message=said),
        Reply(status=400, message=said, code=said, parameter=said),
        Reply(status=503, message=said),
    ):
        llm_server.answer = lambda _, reply=reply: reply  # type: ignore[misc]
        with pytest.raises(ScriptoriumError) as caught:
            await model.text(a_prompt())
        shown = "".join(traceback.format_exception(caught.value))
        shown += f"{caught.value!r} {pickle.dumps(caught.value)!r} {vars(model)!r}"
        assert KEY not in shown
        assert "Magic costs" not in shown
        again = pickle.loads(pickle.dumps(caught.value))
        assert (type(again), str(again)) == (type(caught.value), str(caught.value))
    assert "503" in caplog.text
    assert KEY not in caplog.text
    assert "Magic costs" not in caplog.text


async def test_without_a_key_no_other_endpoints_key_is_sent(
    llm_server: FakeOpenAi, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cluster.settings import Settings
    from cluster.wiring import open_model

    monkeypatch.setenv("OPENAI_API_KEY", "sk-ofSomebodyElse")
    model = open_model(Settings(llm_url=llm_server.url))
    await model.text(a_prompt())
    await model.close()
    assert "sk-ofSomebodyElse" not in str(llm_server.requests)
