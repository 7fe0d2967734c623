"""Where people and places are, and how long a way takes."""
