"""What the fake endpoint answers to a chat completion."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any

CHARACTERS_PER_TOKEN = 4
_LISTS = 3
_PROSE = (
    "The harbour lay quiet under the first snow, and nobody had swept the steps. "
    "She counted the boats again, slowly, as if one more might come of it. "
)


@dataclass
class Reply:
    """One answer. With `status` over 399 it is an error of this `code`.

    `pieces` is how the text is streamed, by words if it is None. `cut_after` so many pieces the
    connection breaks, or with `cut_politely` the stream ends as if it were whole. `body` is sent
    as it is. `hold` is waited for before anything is sent.
    """

    text: str = ""
    status: int = 200
    code: str | None = None
    parameter: str | None = None
    message: str = "scripted"
    headers: dict[str, str] = field(default_factory=dict)
    finish_reason: str | None = "stop"
    refusal: str | None = None
    pieces: list[str] | None = None
    cut_after: int | None = None
    cut_politely: bool = False
    body: str | None = None
    usage: dict[str, Any] | None = None
    hold: threading.Event | None = None

    @property
    def error(self) -> dict[str, Any]:
        return {
            "error": {
                "message": self.message,
                "type": "scripted",
                "code": self.code,
                "param": self.parameter,
            }
        }


@dataclass
class ChatRequest:
    """A request for a chat completion."""

    body: dict[str, Any]

    @property
    def messages(self) -> list[dict[str, str]]:
        messages: list[dict[str, str]] = self.body["messages"]
        return messages

    @property
    def prompt(self) -> str:
        """All messages, one after the other."""
        return "\n".join(message["content"] for message in self.messages)

    @property
    def format(self) -> str:
        """`json_schema`, `json_object` or `text`."""
        return str(self.body.get("response_format", {}).get("type", "text"))

    @property
    def schema(self) -> dict[str, Any]:
        """The schema asked for, without which KeyError is raised."""
        schema: dict[str, Any] = self.body["response_format"]["json_schema"]["schema"]
        return schema

    @property
    def is_streamed(self) -> bool:
        return bool(self.body.get("stream"))

    @property
    def max_tokens(self) -> int:
        return int(self.body.get("max_completion_tokens") or self.body.get("max_tokens") or 256)


Answering = Callable[[ChatRequest], Reply | str]


def prose(request: ChatRequest) -> Reply:
    """The default answer: a record where a schema asks for one, else some prose."""
    if request.format == "json_schema":
        return Reply(json.dumps(an_instance(request.schema)))
    if request.format == "json_object":
        return Reply("{}")
    length = min(request.max_tokens, 200) * CHARACTERS_PER_TOKEN
    return Reply((_PROSE * (length // len(_PROSE) + 1))[:length].rstrip())


def an_instance(schema: dict[str, Any]) -> object:
    """A plain value that keeps to a strict schema: lists have one entry, down to some depth."""
    definitions = schema.get("$defs", {})

    def value(node: dict[str, Any], depth: int) -> object:
        if "$ref" in node:
            return value(definitions[node["$ref"].rpartition("/")[2]], depth)
        if "anyOf" in node:
            return value(node["anyOf"][-1], depth)  # where there is null it is the last
        if "enum" in node:
            return node["enum"][0]
        if "const" in node:
            return node["const"]
        match node["type"]:
            case "object":
                return {name: value(part, depth) for name, part in node["properties"].items()}
            case "array":
                return [value(node["items"], depth + 1)] if depth < _LISTS else []
            case "string":
                return "something"
            case "integer" | "number":
                return 1
            case "boolean":
                return False
        return None

    return value(schema, 0)


class Tokens:
    """Counts tokens by characters, and as cached what a prompt has in common with the last."""

    def __init__(self) -> None:
        self._last = ""

    def usage(self, request: ChatRequest, reply: Reply) -> dict[str, Any]:
        if reply.usage is not None:
            return reply.usage
        pairs = zip(self._last, request.prompt, strict=False)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        self._last = request.prompt
        prompt = len(request.prompt) // CHARACTERS_PER_TOKEN + 1
        completion = len(reply.text) // CHARACTERS_PER_TOKEN + 1
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": common // CHARACTERS_PER_TOKEN},
        }


def whole(model: str, reply: Reply, usage: dict[str, Any] | None) -> dict[str, Any]:
    """A chat completion."""
    message = {"role": "assistant", "content": reply.text, "refusal": reply.refusal}
    choice = {"index": 0, "message": message, "finish_reason": reply.finish_reason}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [choice],
        **({"usage": usage} if usage else {}),
    }


class Cut(Exception):
    """Breaks a connection in the middle of a stream."""


def chunks(model: str, reply: Reply, usage: dict[str, Any] | None) -> Iterator[str]:
    """The same as Server-Sent Events. Raises `Cut` where the reply says so."""

    def event(choices: list[dict[str, Any]], **more: object) -> str:
        chunk = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0}
        return f"data: {json.dumps({**chunk, 'model': model, 'choices': choices, **more})}\n\n"

    def delta(piece: dict[str, Any], finish_reason: str | None = None) -> str:
        return event([{"index": 0, "delta": piece, "finish_reason": finish_reason}])

    pieces = reply.pieces
    if pieces is None:
        pieces = [word + " " for word in reply.text.split(" ")]
        pieces[-1] = pieces[-1][:-1]
    yield delta({"role": "assistant", "content": ""})
    for number, piece in enumerate(pieces):
        if number == reply.cut_after:
            if reply.cut_politely:
                return
            raise Cut
        yield delta({"content": piece})
    yield delta({"refusal": reply.refusal} if reply.refusal else {}, reply.finish_reason)
    if usage:
        yield event([], usage=usage)
    yield "data: [DONE]\n\n"
