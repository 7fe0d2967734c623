"""The fake endpoint, by the client that will meet the real one: files and batches."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from openai.types import Batch

from tests.fakes.openai_batches import BatchPlan
from tests.fakes.openai_server import FakeOpenAi


@pytest.fixture
async def client(llm_server: FakeOpenAi) -> AsyncIterator[AsyncOpenAI]:
    async with AsyncOpenAI(base_url=llm_server.url, api_key="any", max_retries=0) as client:
        yield client


def a_file(*custom_ids: str) -> bytes:
    body = {"model": "fake-writer", "messages": [{"role": "user", "content": "Sum up."}]}
    rows = (
        {"custom_id": one, "method": "POST", "url": "/v1/chat/completions", "body": body}
        for one in custom_ids
    )
    return b"\n".join(json.dumps(row).encode() for row in rows)


async def begin(client: AsyncOpenAI, *custom_ids: str) -> Batch:
    file = await client.files.create(file=("rows.jsonl", a_file(*custom_ids)), purpose="batch")
    return await client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"run": "one"},
    )


async def rows(client: AsyncOpenAI, file_id: str | None) -> dict[str, dict[str, object]]:
    assert file_id is not None
    text = (await client.files.content(file_id)).text
    return {row["custom_id"]: row for row in map(json.loads, text.splitlines())}


async def test_a_batch_goes_on_at_each_look(client: AsyncOpenAI, llm_server: FakeOpenAi) -> None:
    llm_server.answer = lambda request: f"Done with {request.prompt}"
    batch = await begin(client, "a", "b")
    seen = [batch.status]
    while seen[-1] != "completed":
        batch = await client.batches.retrieve(batch.id)
        seen.append(batch.status)
    assert seen == ["validating", "in_progress", "finalizing", "completed"]
    assert batch.metadata == {"run": "one"}
    assert batch.request_counts is not None
    assert batch.request_counts.completed == 2
    done = await rows(client, batch.output_file_id)
    assert list(done) == ["b", "a"]
    assert "Done with Sum up." in json.dumps(done["a"])
    assert batch.error_file_id is None


async def test_what_a_batch_leaves_over_is_in_its_error_file(
    client: AsyncOpenAI, llm_server: FakeOpenAi
) -> None:
    llm_server.batches.plans.append(
        BatchPlan(statuses=("expired",), finished=2, failing={"b": "server_error"})
    )
    batch = await begin(client, "a", "b", "c")
    batch = await client.batches.retrieve(batch.id)
    assert batch.status == "expired"
    assert list(await rows(client, batch.output_file_id)) == ["a"]
    errors = await rows(client, batch.error_file_id)
    assert "server_error" in json.dumps(errors["b"])
    assert "batch_expired" in json.dumps(errors["c"])


async def test_batches_fail_are_cancelled_and_lose_their_output(
    client: AsyncOpenAI, llm_server: FakeOpenAi
) -> None:
    llm_server.batches.plans += [
        BatchPlan(statuses=("in_progress", "failed")),
        BatchPlan(),
        BatchPlan(statuses=("completed",), loses_output=True),
    ]
    failing, cancelled, losing = [await begin(client, "a") for _ in range(3)]
    await client.batches.retrieve(failing.id)
    failed = await client.batches.retrieve(failing.id)
    assert failed.errors is not None
    assert failed.errors.data is not None
    assert failed.errors.data[0].code == "token_limit_exceeded"
    assert (await client.batches.cancel(cancelled.id)).status == "cancelling"
    assert (await client.batches.retrieve(cancelled.id)).status == "cancelled"
    lost = await client.batches.retrieve(losing.id)
    assert (lost.status, lost.output_file_id) == ("completed", None)
    listed = [batch.id async for batch in client.batches.list(limit=2)]
    assert listed == [losing.id, cancelled.id, failing.id]


async def test_what_is_not_there_is_missing(client: AsyncOpenAI) -> None:
    asking: tuple[Callable[[], Awaitable[object]], ...] = (
        lambda: client.batches.retrieve("batch_0"),
        lambda: client.batches.cancel("batch_0"),
        lambda: client.files.retrieve("file-0"),
        lambda: client.files.content("file-0"),
    )
    for ask in asking:
        with pytest.raises(NotFoundError):
            await ask()
    with pytest.raises(BadRequestError):
        await client.batches.create(
            input_file_id="file-0", endpoint="/v1/embeddings", completion_window="24h"
        )


async def test_models_and_files_are_listed(client: AsyncOpenAI) -> None:
    assert "fake-writer" in [model.id async for model in client.models.list()]
    file = await client.files.create(file=("rows.jsonl", a_file("a")), purpose="batch")
    assert [one.id async for one in client.files.list()] == [file.id]
    await client.files.delete(file.id)
    assert [one.id async for one in client.files.list()] == []
