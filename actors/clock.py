"""Time, to be replaced in tests."""

import asyncio
from datetime import UTC, datetime


class Clock:
    """Time, as it passes."""

    def now(self) -> datetime:
        """An aware time in UTC."""
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        """Return after so many seconds."""
        await asyncio.sleep(seconds)
