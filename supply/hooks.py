"""What this step does when a cycle moves."""
