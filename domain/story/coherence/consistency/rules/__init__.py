"""The rules of the world."""
