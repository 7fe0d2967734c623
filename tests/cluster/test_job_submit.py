"""The command as a job of the cluster, with the code of this checkout."""

import json
from pathlib import Path

import pytest

from domain import library
from jobs.ingestion.tally import RunReport
from tests.cluster.commands import REPOSITORY, Finished, run
from tests.cluster.ray_head import RayHead
from tests.cluster.sample_books import SampleBook

pytestmark = pytest.mark.timeout(240)


def submit(cluster: RayHead, *arguments: str | Path, data: Path | None = None) -> Finished:
    named = {"SCRIPTORIUM_DATA_DIR": str(data)} if data else {}
    return run(
        *("ray", "job", "submit", "--working-dir", str(REPOSITORY)),
        *("--runtime-env-json", json.dumps({"env_vars": named}), "--"),
        *("python", "-m", "jobs.ingest", *map(str, arguments)),
        environment=cluster.environment,
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library") / "store"


@pytest.fixture(scope="module")
def submitted(
    cluster: RayHead, born_digital: SampleBook, scan: SampleBook, store: Path
) -> Finished:
    return submit(cluster, born_digital.path, scan.path, "--json", data=store.parent)


def test_a_job_reads_books(
    submitted: Finished, store: Path, born_digital: SampleBook, scan: SampleBook
) -> None:
    assert submitted.status == 0, submitted.stdout + submitted.stderr
    # Without what `ray job submit` says itself.
    log = [line for line in submitted.stdout.splitlines() if line and "cli.py" not in line]
    report = RunReport.model_validate_json(log[-1])
    assert [book.status for book in report.books] == ["read", "read"]
    for sample in (born_digital, scan):
        assert (store / library.book_key(sample.book_id)).is_file()


def test_a_job_is_told_no_secret(submitted: Finished, cluster: RayHead) -> None:
    assert submitted.status == 0
    assert cluster.token not in submitted.stdout + submitted.stderr


@pytest.mark.usefixtures("submitted")
def test_only_the_code_is_uploaded(cluster: RayHead) -> None:
    unpacked = list(cluster.folder.glob("session_2*/runtime_resources/working_dir_files/*/"))
    assert unpacked
    for folder in unpacked:
        assert (folder / "jobs" / "ingest.py").is_file()
        files = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
        folders = {path.parts[0] for path in files}
        assert folders.isdisjoint({".git", ".venv", "var", ".mypy_cache", ".ruff_cache"})


def test_a_job_that_fails_fails_the_submission(cluster: RayHead, tmp_path: Path) -> None:
    finished = submit(cluster, tmp_path / "missing.pdf", data=tmp_path)
    assert finished.status == 1
    assert "missing.pdf: no such file" in finished.stdout
    assert "failed with exit code 2" in finished.stdout


def test_a_job_keeps_nothing_where_ray_deletes_it(
    cluster: RayHead, born_digital: SampleBook, tmp_path: Path
) -> None:
    finished = submit(cluster, born_digital.path, "--store", f"file:{tmp_path}")
    assert finished.status == 1
    assert "SCRIPTORIUM_DATABASE or SCRIPTORIUM_DATA_DIR" in " ".join(finished.stdout.split())
    assert list(tmp_path.iterdir()) == []
