"""What a book file holds: pages, native text, images."""
