"""The shape of what comes in, one noun a file; meaning is checked by the services."""
