"""Rows of a query as arrays."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from django.db import connection
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Ids = NDArray[np.int64]
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


def numbers_of(sql: str, params: Params, count: int) -> Matrix:
    """Return the columns of a query that gives `count` numbers a row as one text; each column is a row here."""
    ((text,),) = rows_of(sql, params)
    return np.fromstring(text or "", sep=" ").reshape(-1, count).T


def matrices_of(ids: Ids, cells: tuple[Matrix, Matrix], values: list[Matrix], months: int) -> list[Matrix]:
    """Return each of some values as a matrix (ids x months), NaN where none.

    `cells`: whose each value is, and the place of its month, from 1 on.
    """
    found = [np.full((len(ids), months), np.nan) for _ in values]
    for matrix, numbers in zip(found, values, strict=True):
        cells_fill(matrix, ids, cells[0], numbers, cells[1].astype(np.int64) - 1)
    return found


def cells_fill(table: Matrix, ids: Ids, who: Matrix, numbers: Matrix, *column: Ids) -> None:
    """Write numbers into the rows of those they belong to; `ids` in order, what is not among them is left out."""
    if not len(ids):
        return
    at = np.minimum(np.searchsorted(ids, who), len(ids) - 1)
    known = ids[at] == who
    table[(at[known], *(each[known] for each in column))] = numbers[known]
