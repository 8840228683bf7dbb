"""Reading files people bring in: pure, without a database; see docs/importing.md."""
