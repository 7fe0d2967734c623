"""A book in other formats."""
