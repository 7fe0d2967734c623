"""The event log: what happened, durably and in order, and how far each consumer has read it."""
