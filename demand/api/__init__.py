"""Gather demand for programs."""
