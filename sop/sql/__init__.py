"""Longer pieces of SQL, kept readable in modules of their own."""
