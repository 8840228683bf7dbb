"""Tables on a terminal: one line a row, numbers to the right."""

from collections.abc import Sequence

Cell = str | int | float | None


def print_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a title, the column names and the rows; None shows as a dash."""
    texts = [[_text(cell) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(columns, *texts, strict=True)]
    print(f"\n{title}")
    print(
        "  ".join(
            name.ljust(width) if not place else name.rjust(width) for place, (name, width) in _with(columns, widths)
        )
    )
    for row in texts:
        print(
            "  ".join(
                cell.ljust(width) if not place else cell.rjust(width) for place, (cell, width) in _with(row, widths)
            )
        )


def _with(cells: Sequence[str], widths: Sequence[int]) -> "enumerate[tuple[str, int]]":
    return enumerate(zip(cells, widths, strict=True))


def _text(cell: Cell) -> str:
    if cell is None:
        return "-"
    if isinstance(cell, float):
        return f"{cell:,.1f}" if abs(cell) >= 100 else f"{cell:.3f}" if abs(cell) < 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else cell
