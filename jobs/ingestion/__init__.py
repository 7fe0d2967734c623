"""The parts of `jobs.ingest`: finding, registering, reading and completing books."""
