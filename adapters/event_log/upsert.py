"""Insert a row, or change the one that has its key: one statement in both databases."""

from collections.abc import Collection, Mapping

from sqlalchemy import Column, Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def upsert(
    connection: Connection, table: Table, key: Mapping[str, object], values: Mapping[str, object]
) -> None:
    """Store a row with `key`, which are all columns of the primary key, and `values`."""
    new = _insert(connection, table).values(**key, **values)
    connection.execute(new.on_conflict_do_update(index_elements=list(key), set_=values))


def upsert_newer(
    connection: Connection,
    table: Table,
    key: Mapping[str, object],
    values: Mapping[str, object],
    *,
    first: Collection[str],
) -> None:
    """As `upsert`, unless the row there has a later `version`; of a row that is there the columns
    `first` stay."""
    new = _insert(connection, table).values(**key, **values)
    connection.execute(
        new.on_conflict_do_update(
            index_elements=list(key),
            set_={name: value for name, value in values.items() if name not in first},
            where=table.c.version <= new.excluded.version,
        )
    )


def count_up(connection: Connection, counter: Column[int], key: Mapping[str, object]) -> int:
    """Add one to a column of the row with `key`, which begins at 1; gives the new number."""
    new = _insert(connection, counter.table).values(**key, **{counter.name: 1})
    counted = new.on_conflict_do_update(
        index_elements=list(key), set_={counter.name: counter + 1}
    ).returning(counter)
    return connection.scalars(counted).one()


def _insert(connection: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    return make(table)
