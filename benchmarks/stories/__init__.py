"""Stories of our own with errors planted in them, and how a gate's verdicts on them are scored."""
