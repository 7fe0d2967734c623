"""Faults in the program itself, kept to where they occur."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from domain.errors import EntityFailed, ScriptoriumError
from domain.events import StreamId

_log = logging.getLogger(__name__)


@contextmanager
def faults_named(stream: StreamId) -> Iterator[None]:
    """Make an unforeseen exception an error of the entity that was worked on.

    Whoever waits for that entity must get an answer, and the others must not notice.
    """
    try:
        yield
    except ScriptoriumError:
        raise
    except Exception as error:  # of whatever kind: see above
        _log.exception("a fault in the work on %s", stream)
        raise EntityFailed(f"a fault in Scriptorium's work on {stream}: {error!r}") from error
