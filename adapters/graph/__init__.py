"""The story graph."""
