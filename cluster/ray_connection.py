"""Connecting to Ray; only entry points do."""

import logging
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import ray
from ray._private import ray_constants
from ray.exceptions import RayError

from cluster.settings import Settings
from domain.errors import ClusterUnavailable, SettingsError

NAMESPACE = "scriptorium"
_OBJECT_STORE_BYTES = 200 * 2**20  # keys and ranges travel, so that the least is plenty
_ANSWER_SECONDS = 10.0
_ADDRESS = re.compile(r"\w+://\S+|[^\s/]+:\d+")


def starts_ray() -> bool:
    """Whether connecting means to start a Ray here, on this machine's processors."""
    return not ray.is_initialized() and not os.environ.get("RAY_ADDRESS")


def check_address() -> None:
    """Raise `SettingsError` if RAY_ADDRESS is set to what cannot be an address."""
    address = os.environ.get("RAY_ADDRESS")
    if address and address not in {"auto", "local"} and not _ADDRESS.fullmatch(address):
        raise SettingsError(
            f"RAY_ADDRESS={address} is no address: write host:port, ray://host:port or auto"
        )


@contextmanager
def connected(settings: Settings) -> Iterator[str | None]:
    """A connection to the cluster named by RAY_ADDRESS, else to a Ray started here and stopped.

    Gives the dashboard's address, if there is one. Within another connection it does nothing.

    Raises:
        ClusterUnavailable: the cluster does not answer or does not let us in.
    """
    if ray.is_initialized():
        yield None
        return
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    address = os.environ.get("RAY_ADDRESS")
    dashboard = _join(address) if address else _start(settings)
    try:
        yield dashboard
    finally:
        ray.shutdown()


def _join(address: str) -> str | None:
    try:
        _check_answers(address)
        context = ray.init(namespace=NAMESPACE, logging_level=logging.ERROR, log_to_driver=False)
    except (OSError, RuntimeError, RayError) as error:
        raise ClusterUnavailable(
            f"no connection to the Ray cluster at RAY_ADDRESS={address}: {error}. Is it running, "
            "and are RAY_AUTH_MODE=token and its token (RAY_AUTH_TOKEN or RAY_AUTH_TOKEN_PATH) set?"
        ) from error
    return context.dashboard_url or None


def _check_answers(address: str) -> None:
    """Fail fast where nothing listens; Ray itself would wait for minutes."""
    host, colon, port = address.rpartition(":")
    if colon and port.isdigit() and "/" not in host:
        socket.create_connection((host.strip("[]"), int(port)), _ANSWER_SECONDS).close()


def _start(settings: Settings) -> str | None:
    # Ray listens on all interfaces where it may form a cluster, on loopback where it may not; a
    # Ray for one job need not. The variable is for Ray's processes, the constant for this one.
    os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    ray_constants.ENABLE_RAY_CLUSTER = False
    context = ray.init(
        address="local",
        namespace=NAMESPACE,
        include_dashboard=settings.dashboard,
        dashboard_host="127.0.0.1",
        object_store_memory=_OBJECT_STORE_BYTES,
        logging_level=logging.ERROR,
        log_to_driver=False,
    )
    return context.dashboard_url or None
