"""The schema's revisions, each a step from the one before it.

A new one: add versions/rNNNN_NAME.py with the next number, the same change to tables.py, and the
number as `HEAD` in schema.py. Revisions that were released stay as they are.
"""
