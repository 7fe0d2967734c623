"""Submitted jobs; each runs as `python -m jobs.NAME`."""
