"""Passages by meaning."""
