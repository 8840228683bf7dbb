"""What every test may ask for."""

from tests.factories import as_cora, bare_steps, cast  # noqa: F401
