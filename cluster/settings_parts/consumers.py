"""Settings of what follows the event log."""

from typing import Annotated

from pydantic import BaseModel, Field


class ConsumerSettings(BaseModel):
    """How events are delivered."""

    consumer_window: int = Field(
        1000, ge=8, le=100_000, description="most events one consumer of the log has in hand"
    )
    consumer_save_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        1.0, description="seconds until what a consumer has done is noted in the log"
    )
    consumer_poll_seconds: Annotated[float, Field(gt=0, le=60)] = Field(
        1.0,
        description="seconds between looks for events nobody told of, and for letters to replay",
    )
    consumer_stop_seconds: Annotated[float, Field(ge=0, le=3600)] = Field(
        10.0, description="seconds a stopping dispatcher waits for handlers to finish"
    )
