"""Ports that nothing listens on yet."""

import socket
from contextlib import ExitStack


def free_ports(count: int) -> list[int]:
    """Different ones, on loopback."""
    with ExitStack() as sockets:
        taken = [sockets.enter_context(socket.socket()) for _ in range(count)]
        for each in taken:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in taken]
