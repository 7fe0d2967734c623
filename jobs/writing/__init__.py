"""How a chapter is written."""
