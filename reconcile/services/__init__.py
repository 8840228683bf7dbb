"""Every write of reconcile."""
