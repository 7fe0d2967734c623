"""Texts in memory: as many as there is room for, whoever asks for them."""

import asyncio
from pathlib import Path

from adapters.object_store.local import LocalStore
from domain.story.texts import text_key
from jobs.writing.texts import Texts


async def test_a_text_that_many_ask_for_at_once_takes_its_room_once(tmp_path: Path) -> None:
    store = LocalStore(tmp_path)
    short = await Texts(store).put("p", "x" * 20)
    texts = Texts(store, kept_characters=100)
    await asyncio.gather(*(texts.get("p", short) for _ in range(4)))
    long = await texts.put("p", "y" * 80)
    for each in (short, long):
        await store.delete(text_key("p", each))
    assert await texts.get("p", short) == "x" * 20
    assert await texts.get("p", long) == "y" * 80
