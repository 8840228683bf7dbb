"""Every read of the supply plan another file or step may make."""
