"""What a text states: facts, by the phrasings of its language."""
