"""Embedded vectors on a cluster: one owner for all, who may be killed."""

import sys
from pathlib import Path

from tests.cluster.commands import run
from tests.cluster.ray_head import RayHead


def test_embedded_vectors_have_one_owner(cluster: RayHead, tmp_path: Path) -> None:
    finished = run(
        *(sys.executable, "-m", "tests.cluster.vectors_driver"),
        environment=cluster.environment
        | {"SCRIPTORIUM_DATA_DIR": str(tmp_path), "SCRIPTORIUM_VECTORS_TIMEOUT": "60"},
    )
    assert finished.status == 0, finished.stderr
    assert finished.stdout.splitlines() == [
        "nobody owns them yet",
        "they outlive their owner",
        "errors keep their type",
        "done",
    ]
