"""Settings of what is made from projects' events: the story graph and the vectors."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

from adapters.graph.neo4j_address import neo4j_address
from domain.errors import SettingsError


class ProjectionSettings(BaseModel):
    """Where a project's graph and its passages are kept."""

    graph: SecretStr = Field(
        SecretStr(""),
        description="story graph, `neo4j://user:password@host:7687/database` or `bolt://...`; "
        "data_dir/graph if empty",
    )
    graph_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        15.0, description="seconds the story graph has for one answer"
    )
    vectors: str = Field(
        "",
        description="Chroma server, `http://host:8000` or `https://...`; data_dir/vectors if empty",
    )
    vectors_timeout: Annotated[float, Field(gt=0, le=600)] = Field(
        15.0, description="seconds the vector store has for one answer"
    )

    @field_validator("graph")
    @classmethod
    def _graph_is_neo4j(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value():
            try:
                neo4j_address(value.get_secret_value())
            except SettingsError as error:
                raise ValueError(str(error)) from None
        return value

    @field_validator("vectors")
    @classmethod
    def _vectors_are_chroma(cls, value: str) -> str:
        try:
            url = urlsplit(value)
            complete = url.hostname and (url.port is None or url.port > 0)
        except ValueError:
            complete = False
        if value and not (
            complete and url.scheme in {"http", "https"} and not url.username and not url.query
        ):
            raise ValueError("write http://host:8000 or https://host, or leave it empty")
        return value
