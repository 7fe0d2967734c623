"""The documents say what is so."""

import re
from pathlib import Path

import pytest

from adapters.exports import EXPORTERS
from cluster.settings import PREFIX, Settings
from domain import library
from domain.book import BookFault, PageFault, PageMethod, PageStatus
from jobs import ingest
from tests.unit.sample_book import a_book, a_page

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text("utf-8"))
    broken = [link for link in links if not (document.parent / link).exists()]
    assert not broken


def test_the_readme_lists_the_options(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        ingest.main(["--help"])
    assert ended.value.code == 0
    offered = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    section = README.partition("| Option |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(--[a-z]+)", section, re.MULTILINE)) == offered


def test_the_readme_names_every_outcome_and_format() -> None:
    words = set(re.findall(r"`([a-z_]+)`", README))
    assert words >= {*BookFault, *PageFault, *PageStatus, *PageMethod}
    assert f"`{','.join(EXPORTERS)}`" in README


def test_the_readme_reads_books(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    book = a_book(a_page())
    path = tmp_path / "var/demo/store" / library.book_key(book.book_id)
    path.parent.mkdir(parents=True)
    path.write_text(book.model_dump_json(), "utf-8")
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert f"{book.stats.pages} pages" in capsys.readouterr().out


def test_operations_names_real_settings() -> None:
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    assert set(re.findall(rf"{PREFIX}[A-Z0-9_]+", text)) <= known
