"""Who has which thing."""
