"""Plan supply for programs."""
