"""Responsible-investment figures of a health mutual, month by month, walkable back to the source cell."""
