"""What is true about books: pure Python and pydantic, no Ray and no I/O."""
