"""A sample book of our own, born digital and scanned, whose true text is known."""

from pathlib import Path

SAMPLE = Path(__file__).with_name("sample.md")
"""The text of the sample book."""
