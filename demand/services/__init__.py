"""Every write of gathering demand."""
