"""The coherence gate: a draft against what the story has established."""
