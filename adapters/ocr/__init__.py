"""Recognising text on page images."""
