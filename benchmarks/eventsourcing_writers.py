"""Threads that append with the `eventsourcing` library, which is all that this script imports.

Arguments: host, port, database, user, writers, seconds, data; the password is on standard input.
Prints appends a second.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore


def main() -> None:
    """Write until the time is over."""
    host, port, database, user, writers, seconds, data = sys.argv[1:]
    datastore = PostgresDatastore(
        dbname=database,
        host=host,
        port=port,
        user=user,
        password=sys.stdin.read(),
        pool_size=int(writers),
        max_overflow=int(writers),
    )
    recorder = PostgresApplicationRecorder(datastore, events_table_name="eventsourcing_events")
    recorder.create_table()

    def write(until: float) -> int:
        originator, version = uuid4(), 0
        while time.perf_counter() < until:
            event = StoredEvent(originator, version, "SliceRead", data.encode())
            recorder.insert_events([event])
            version += 1
        return version

    began = time.perf_counter()
    with ThreadPoolExecutor(int(writers)) as pool:
        counts = list(pool.map(write, [began + float(seconds)] * int(writers)))
    print(sum(counts) / (time.perf_counter() - began))
    datastore.close()


if __name__ == "__main__":
    main()
