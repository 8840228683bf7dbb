"""Every read of demand another file or step may make."""
