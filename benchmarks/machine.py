"""What a benchmark ran on."""

import os
import platform
import sys
from pathlib import Path


def describe() -> str:
    """Processor, cores, system and Python, in one line."""
    models = (
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    model = next(models, platform.machine())
    python = sys.version.split()[0]
    return f"{model}, {os.cpu_count()} cores, {platform.platform()}, Python {python}"
