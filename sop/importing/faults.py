"""What is wrong with a value, and with a place in the file."""


class Bad(Exception):
    """One value cannot be read: what is wrong, and how to put it right."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
