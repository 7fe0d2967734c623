"""Where Tesseract's language data lies, and whether the requested languages are there."""

import os
from pathlib import Path

from domain.errors import EngineMissing, LanguageMissing

_ORIENTATION = "osd"
_USUAL_PLACES = (
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
    "/usr/share/tessdata",
    "/usr/local/share/tessdata",
    "/opt/homebrew/share/tessdata",
)


def find_tessdata(configured: Path | None) -> Path:
    """The folder of `*.traineddata`.

    Raises:
        EngineMissing: there is none, or the configured one does not exist.
    """
    if configured:
        if not configured.is_dir():
            raise EngineMissing(f"SCRIPTORIUM_TESSDATA names {configured}, which is not a folder")
        return configured
    named = [os.environ["TESSDATA_PREFIX"]] if "TESSDATA_PREFIX" in os.environ else []
    for place in map(Path, [*named, *_USUAL_PLACES]):
        if any(place.glob("*.traineddata")):
            return place
    raise EngineMissing(
        "no Tesseract language data found: run scripts/setup, or set SCRIPTORIUM_TESSDATA"
    )


def check_languages(languages: str, tessdata: Path) -> None:
    """Raise `LanguageMissing` unless every language of e.g. `eng+fra` has its data.

    So must orientation detection, without which turned pages could not be read.
    """
    absent = [
        language
        for language in [*languages.split("+"), _ORIENTATION]
        if not (tessdata / f"{language}.traineddata").is_file()
    ]
    if absent:
        present = ", ".join(sorted(path.stem for path in tessdata.glob("*.traineddata")))
        packages = [
            f"tesseract-ocr-{language.replace('_', '-')}"
            for language in absent
            if "/" not in language  # scripts such as script/Greek have packages named otherwise
        ]
        remedy = f"; on Debian or Ubuntu: apt-get install {' '.join(packages)}" if packages else ""
        raise LanguageMissing(
            f"no Tesseract data for {', '.join(absent)} in {tessdata} (there: {present}){remedy}"
        )
