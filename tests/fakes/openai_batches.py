"""Files and batches of the fake endpoint."""

import itertools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_DONE = {"completed", "failed", "expired", "cancelled"}
_MOST_ROWS = 50_000

RowAnswer = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]
"""Status and body, for an endpoint's path and a request's body."""


@dataclass
class BatchPlan:
    """What becomes of a batch: a status for each look at it, the last one stays.

    `finished` rows are done in the order of the file, all if it is None; those left over end up
    in the error file. `failing` rows are errors of this code. `error` is why a batch failed.
    `loses_output` forgets the output file of a completed batch.
    """

    statuses: tuple[str, ...] = ("in_progress", "finalizing", "completed")
    finished: int | None = None
    failing: dict[str, str] = field(default_factory=dict)
    error: str = "token_limit_exceeded"
    loses_output: bool = False


@dataclass
class _Batch:
    plan: BatchPlan
    rows: list[dict[str, Any]]
    record: dict[str, Any]
    looks: int = 0


class Batches:
    """Files and batches in memory."""

    def __init__(self, answer: RowAnswer) -> None:
        self.plans: list[BatchPlan] = []
        """For the next batches, in order; then `BatchPlan()`."""
        self.files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._batches: dict[str, _Batch] = {}
        self._answer = answer
        self._numbers = itertools.count(1)

    def add_file(self, name: str, purpose: str, content: bytes) -> dict[str, Any]:
        record = {
            "id": f"file-{next(self._numbers)}",
            "object": "file",
            "bytes": len(content),
            "created_at": int(time.time()),
            "filename": name,
            "purpose": purpose,
            "status": "processed",
        }
        self.files[str(record["id"])] = (record, content)
        return record

    def create(self, body: dict[str, Any]) -> dict[str, Any]:
        """A new batch. Raises KeyError where its file is unknown, ValueError if it is no JSONL."""
        _, content = self.files[body["input_file_id"]]
        rows = [json.loads(line) for line in content.splitlines() if line.strip()]
        plan = self.plans.pop(0) if self.plans else BatchPlan()
        record: dict[str, Any] = {
            "id": f"batch_{next(self._numbers)}",
            "object": "batch",
            "endpoint": body["endpoint"],
            "input_file_id": body["input_file_id"],
            "completion_window": body["completion_window"],
            "metadata": body.get("metadata"),
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "errors": None,
            "created_at": int(time.time()),
            "request_counts": {"total": len(rows), "completed": 0, "failed": 0},
        }
        if len({row["body"]["model"] for row in rows}) > 1 or len(rows) > _MOST_ROWS:
            plan = BatchPlan(statuses=("failed",), error="invalid_request")
        self._batches[record["id"]] = _Batch(plan, rows, record)
        return dict(record)

    def look(self, batch_id: str) -> dict[str, Any]:
        """A batch, which goes on at each look at it. Raises KeyError."""
        batch = self._batches[batch_id]
        if batch.record["status"] == "cancelling":
            self._become(batch, "cancelled")
        elif batch.record["status"] not in _DONE:
            statuses = batch.plan.statuses
            self._become(batch, statuses[min(batch.looks, len(statuses) - 1)])
            batch.looks += 1
        return dict(batch.record)

    def cancel(self, batch_id: str) -> dict[str, Any]:
        """Raises KeyError."""
        batch = self._batches[batch_id]
        if batch.record["status"] not in _DONE:
            batch.record["status"] = "cancelling"
        return dict(batch.record)

    def newest_first(self) -> list[dict[str, Any]]:
        return [dict(batch.record) for batch in reversed(self._batches.values())]

    def _become(self, batch: _Batch, status: str) -> None:
        batch.record["status"] = status
        if status == "failed":
            data = [{"code": batch.plan.error, "message": "scripted", "line": None, "param": None}]
            batch.record["errors"] = {"object": "list", "data": data}
        elif status in _DONE:
            self._finish(batch, status)

    def _finish(self, batch: _Batch, status: str) -> None:
        left = "batch_expired" if status == "expired" else "batch_cancelled"
        finished = batch.plan.finished
        if finished is None:
            finished = len(batch.rows) if status == "completed" else 0
        output: list[str] = []
        errors: list[str] = []
        for number, row in enumerate(batch.rows):
            custom_id = row["custom_id"]
            code = batch.plan.failing.get(custom_id) or (left if number >= finished else None)
            line: dict[str, Any] = {"id": f"row-{number}", "custom_id": custom_id}
            if code:
                line |= {"response": None, "error": {"code": code, "message": "scripted"}}
                errors.append(json.dumps(line))
                continue
            code_of, body = self._answer(row["url"], row["body"])
            line |= {"response": {"status_code": code_of, "body": body}, "error": None}
            (output if code_of < 400 else errors).append(json.dumps(line))
        counts = batch.record["request_counts"]
        counts["completed"], counts["failed"] = len(output), len(errors)
        output.reverse()  # the order of an output file is nobody's promise
        if output and not batch.plan.loses_output:
            batch.record["output_file_id"] = self._result(output)
        if errors:
            batch.record["error_file_id"] = self._result(errors)

    def _result(self, lines: list[str]) -> str:
        content = ("\n".join(lines) + "\n").encode()
        return str(self.add_file("result.jsonl", "batch_output", content)["id"])
