"""Who lives and who is dead."""
