"""Every write of planning supply."""
