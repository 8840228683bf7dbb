"""The executive review for programs."""
