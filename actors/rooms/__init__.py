"""Rooms: where books are read and chapters written."""
