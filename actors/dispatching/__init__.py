"""Delivery of the event log to its consumers."""
