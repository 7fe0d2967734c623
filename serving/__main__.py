"""Serve on this machine, in the foreground: what scripts/serve runs.

Ray takes the signals of its process for itself, and starting takes a while in which a stop is to be
as orderly as later. So a process of its own serves, which stops when its standard input ends: on
Ctrl-C, on SIGTERM, and also when this one is killed.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C or SIGTERM, whenever it comes; a second one changes nothing.

    Exit status: 0 stopped as asked, 1 it could not be started or has died, 2 bad usage.
    """
    reading, writing = os.pipe()
    is_asked = False

    def ask(_number: int, _frame: object) -> None:
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            # Not by `print`, which may be what was interrupted.
            os.write(1, b"serve: stopping; what is under way is finished first\n")
            os.close(writing)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask)
    command = [sys.executable, "-m", "serving.front", *arguments]
    # In a session of its own, for a terminal sends Ctrl-C to all processes of one.
    server = subprocess.Popen(command, stdin=reading, start_new_session=True)
    os.close(reading)
    status = server.wait()
    return status if status >= 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
