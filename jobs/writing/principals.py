"""Who the events of chapters come from."""

WRITING_ROOM = "writing-room"
"""A run that writes or checks a chapter, and the consumer that asks for it."""
