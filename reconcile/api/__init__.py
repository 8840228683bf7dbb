"""Reconcile for programs."""
