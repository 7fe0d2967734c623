"""What the writing room asks of a language model, and the records it answers with."""
