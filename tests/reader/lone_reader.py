"""`python -m tests.reader.lone_reader SECONDS FILE...`: reads first pages, for being killed.

Prints the page reader's process id once the first file is read, then reads the others, then waits.
"""

import signal
import sys
from pathlib import Path

from adapters.ocr.supervisor import SupervisedReader
from domain.book import TextMode
from tests.reader.readers import recipe


def main() -> None:
    first, *others = map(Path, sys.argv[2:])
    with SupervisedReader(recipe()._replace(seconds=float(sys.argv[1]))) as reader:
        reader.read(first, [1], TextMode.AUTO)
        print(reader.pid, flush=True)
        for path in others:
            reader.read(path, [1], TextMode.AUTO)
        signal.pause()


if __name__ == "__main__":
    main()
