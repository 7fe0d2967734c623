"""Ray actors: shards that hold entities, and the dispatcher of their events."""
