"""What somebody or something is like."""
