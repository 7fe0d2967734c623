"""Ages, dates, and how time goes on."""
