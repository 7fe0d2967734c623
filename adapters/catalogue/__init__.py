"""The catalogue port: which books there are, for those who look through them."""
