"""Who is whose relative, friend or enemy."""
