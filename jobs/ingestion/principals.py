"""Who the events of books come from."""

JOB = "jobs.ingest"
"""A run of the job: it reads what it began, and a further run goes on where it was interrupted."""

READING_ROOM = "reading-room"
"""A batch of uploaded books."""

INTAKE = "intake"
"""The consumer that takes objects which buckets announce."""
