"""Who knows what, and since when."""
