"""Rows of a query as arrays."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Params = dict[str, Any]


class Reader:
    """Queries that give item, month and values, as matrices (items x months)."""

    def __init__(self, ids: list[int], months: list[date], params: Params) -> None:
        self.rows, self.columns = pd.Index(ids), pd.Index(months)
        self.params = params

    def matrix(self, sql: str) -> Matrix:
        """Return the one value of a query; NaN where no row came."""
        return self.matrices(sql, 1)[0]

    def matrices(self, sql: str, count: int) -> list[Matrix]:
        """Return `count` values of a query, each as a matrix."""
        found = [np.full((len(self.rows), len(self.columns)), np.nan) for _ in range(count)]
        rows = rows_of(sql, self.params)
        if not rows:
            return found
        items, months, *values = zip(*rows, strict=True)
        at, column = self.rows.get_indexer(pd.Index(items)), self.columns.get_indexer(pd.Index(months))
        known = (at >= 0) & (column >= 0)
        for matrix, value in zip(found, values, strict=True):
            matrix[at[known], column[known]] = np.array(value, dtype=float)[known]
        return found


def floats(column: "pd.Series[Any]") -> Matrix:
    """Return a column as numbers, NaN where it is empty."""
    return pd.to_numeric(column).to_numpy(dtype=float)


def table_of(sql: str, params: Params) -> pd.DataFrame:
    """Return a query's rows with its own column names."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return pd.DataFrame(cursor.fetchall(), columns=[column.name for column in cursor.description])


def rows_of(sql: str, params: Params) -> list[tuple[Any, ...]]:
    """Return a query's rows."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())


def unknown(matrix: Matrix) -> NDArray[np.bool_]:
    """Return the rows of which nothing is known."""
    nothing: NDArray[np.bool_] = np.all(np.isnan(matrix), axis=1)
    return nothing


def first_known(matrix: Matrix, other: Matrix) -> Matrix:
    """Return values, where there is none those of the other matrix."""
    return np.where(np.isnan(matrix), other, matrix)


def filled(matrix: Matrix) -> Matrix:
    """Return each row with gaps filled by the month before, leading gaps by the first month known."""
    return pd.DataFrame(matrix).ffill(axis=1).bfill(axis=1).to_numpy(dtype=float)
