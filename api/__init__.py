"""The HTTP front: requests become commands and queries, answers and errors become responses."""
