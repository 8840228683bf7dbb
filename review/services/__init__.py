"""Every write of the executive review."""
