"""A run measures itself while it goes on: with the audit's own features, distances and statistics."""
