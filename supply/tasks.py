"""The background work of this step."""
