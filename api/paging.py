"""Lists page by page: which page is asked for, and what leads to the next."""

from collections.abc import Sequence
from typing import Annotated, Protocol, TypeVar
from urllib.parse import urlencode

from fastapi import Depends, Query
from pydantic.json_schema import SkipJsonSchema

from api.services import Using

_MOST_ITEMS = 500
_CURSOR = "^[0-9a-f]{1,15}$"


class Placed(Protocol):
    """Something with a place in the order of a list."""

    @property
    def created(self) -> int:
        """Grows from one to the next."""


E = TypeVar("E", bound=Placed)


class Page:
    """The page of a list that a request asks for, the newest first.

    Ask the list for `wanted` entries after `after`: one more than there will be on the page, so
    that it is known whether there are more.
    """

    def __init__(
        self,
        services: Using,
        limit: Annotated[
            int,
            Query(ge=1, le=_MOST_ITEMS, description="entries on the page; there may be fewer"),
        ] = _MOST_ITEMS,
        cursor: Annotated[
            str | SkipJsonSchema[None],
            Query(
                pattern=_CURSOR,
                json_schema_extra={"pattern": _CURSOR},
                description="the `next_cursor` of the page before",
            ),
        ] = None,
    ) -> None:
        self.size = min(limit, services.settings.http_page_items)
        self.wanted = self.size + 1
        self.after = None if cursor is None else int(cursor, 16)

    def cut(self, entries: Sequence[E]) -> tuple[Sequence[E], str | None]:
        """What is on the page, and the cursor of the next one, None on the last."""
        page = entries[: self.size]
        return page, f"{page[-1].created:x}" if len(entries) > self.size else None

    def link(self, path: str, next_cursor: str | None, **filters: object) -> dict[str, str]:
        """The header that leads to the next page, if there is one."""
        if next_cursor is None:
            return {}
        given = {name: value for name, value in filters.items() if value is not None}
        filtered = f"&{urlencode(given)}" if given else ""
        address = f"{path}?limit={self.size}&cursor={next_cursor}{filtered}"
        return {"Link": f'<{address}>; rel="next"'}


Paged = Annotated[Page, Depends()]
