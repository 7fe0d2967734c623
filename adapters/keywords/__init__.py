"""Passages by their words and names, in memory."""
