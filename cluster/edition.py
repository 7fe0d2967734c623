"""What tells an application from an earlier or later one: its code and its settings."""

import hashlib
import json
from functools import cache
from pathlib import Path

from pydantic import SecretStr

from cluster.settings import Settings
from cluster.settings_parts.http import HttpSettings

_FOLDERS = ("actors", "adapters", "cluster", "domain", "jobs")
_SUFFIXES = {".py", ".toml"}


def edition_of(settings: Settings) -> str:
    """Stands for the code that this process has found and for all settings but the HTTP front's;
    hexadecimal."""
    values = {
        name: value.get_secret_value() if isinstance(value, SecretStr) else str(value)
        for name, value in settings
        if name not in HttpSettings.model_fields
    }
    return hashlib.sha256(json.dumps([_code(), values], sort_keys=True).encode()).hexdigest()


@cache
def _code() -> str:
    root, digest = Path(__file__).parents[1], hashlib.sha256()
    for path in sorted(each for folder in _FOLDERS for each in (root / folder).rglob("*")):
        if path.suffix in _SUFFIXES:
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{path.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()
