"""What HAProxy answers when no replica does is one of the API's own problems."""

import email
from pathlib import Path

import cluster
from api.problems import MEDIA_TYPE, Problem, ProblemType

ANSWER = Path(cluster.__file__).with_name("no_replica.http").read_bytes()


def test_the_answer_is_a_problem() -> None:
    head, body = ANSWER.split(b"\r\n\r\n", 1)
    status, fields = head.decode().split("\r\n", 1)
    headers = email.message_from_string(fields)
    kind = ProblemType.UNAVAILABLE
    assert status == f"HTTP/1.1 {kind.status} Service Unavailable"
    assert headers["Content-Type"] == MEDIA_TYPE
    assert headers["Retry-After"] == str(kind.retry_after)
    assert headers["Content-Length"] == str(len(body))
    problem = Problem.model_validate_json(body)
    assert (problem.type, problem.title, problem.status) == (kind.uri, kind.title, kind.status)
