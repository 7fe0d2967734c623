"""Contradictions: a draft against the bible and the approved chapters, a package a kind."""
