"""The kinds of entities there are."""

from collections.abc import Mapping
from typing import Any

from domain.entities.book import BOOK
from domain.entities.intake import INTAKE
from domain.entities.project import PROJECT
from domain.entities.request import REQUEST
from domain.entity import EntityKind

KINDS: Mapping[str, EntityKind[Any]] = {  # each kind has its own type of state
    kind.name: kind for kind in (BOOK, INTAKE, PROJECT, REQUEST)
}
