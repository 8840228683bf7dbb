"""Published plans and measures for programs."""
