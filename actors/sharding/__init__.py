"""Shards: where the commands of entities are decided, and who finds them."""
