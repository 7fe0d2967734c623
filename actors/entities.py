"""What is asked of entities, wherever they are held."""

from typing import Protocol

from domain.entity import Answer, Command, Executed, Origin, Query


class Entities(Protocol):
    """All entities of the log.

    A command is durable when it is answered. One that raised a `Retryable` may have been done:
    sending it again, with the same `command_id`, is safe and gives the first result.
    """

    async def execute(
        self,
        kind: str,
        entity_id: str,
        command: Command,
        *,
        origin: Origin | None = None,
        expected_version: int | None = None,
    ) -> Executed:
        """Carry out a command.

        Raises:
            CommandRefused: a rule of the entity forbids it.
            VersionMismatch: the entity is not at `expected_version`.
            ShardBusy, ShardUnavailable, LogUnavailable: try again.
            RecordDamaged: the entity's events cannot be understood.
        """

    async def query(self, kind: str, entity_id: str, query: Query) -> Answer:
        """Ask an entity; one without events answers from its initial state. Raises as above."""
