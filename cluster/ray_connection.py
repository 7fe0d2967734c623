"""Connecting to Ray; only entry points do."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

import ray

from cluster.settings import Settings

NAMESPACE = "scriptorium"
_OBJECT_STORE_BYTES = 200 * 2**20  # keys and ranges travel, so that the least is plenty


@contextmanager
def connected(settings: Settings) -> Iterator[str | None]:
    """A connection to the cluster named by RAY_ADDRESS, else to a Ray started here and stopped.

    Gives the dashboard's address, if there is one. Within another connection it does nothing.
    """
    if ray.is_initialized():
        yield None
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if "RAY_ADDRESS" in os.environ:
        context = ray.init(namespace=NAMESPACE, logging_level=logging.ERROR, log_to_driver=False)
    else:
        context = ray.init(
            address="local",
            namespace=NAMESPACE,
            include_dashboard=settings.dashboard,
            dashboard_host="127.0.0.1",
            object_store_memory=_OBJECT_STORE_BYTES,
            logging_level=logging.ERROR,
            log_to_driver=False,
        )
    try:
        yield context.dashboard_url or None
    finally:
        ray.shutdown()
