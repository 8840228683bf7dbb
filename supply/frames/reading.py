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


# A query's rows as one text of numbers: thousands of rows take several times as long to turn into arrays one by one.
TEXT_SQL = """
    select string_agg(concat_ws(' ', item, bucket - date '1970-01-01', {values}), ' ')
    from ({query}) q(item, bucket, {names})
"""


class Reader:
    """Queries that give item, month and values, as matrices (items x months)."""

    def __init__(self, ids: list[int], months: list[date], params: Params) -> None:
        self.ids = np.array(ids, dtype=np.int64)
        self.days = np.array(months, dtype="datetime64[D]").astype(np.int64)
        self.params = params

    def matrix(self, sql: str) -> Matrix:
        """Return the one value of a query; NaN where no row came."""
        return self.matrices(sql, 1)[0]

    def matrices(self, sql: str, count: int) -> list[Matrix]:
        """Return `count` values of a query, each as a matrix; months in order."""
        names = [f"value_{number}" for number in range(count)]
        values = ", ".join(f"coalesce({name}, 'NaN')" for name in names)
        text = TEXT_SQL.format(query=sql, names=", ".join(names), values=values)
        items, days, *columns = numbers_of(text, self.params, count + 2)
        found = [np.full((len(self.ids), len(self.days)), np.nan) for _ in names]
        if not len(items) or not len(self.ids) or not len(self.days):
            return found
        order = np.argsort(self.ids, kind="stable")
        row = order[np.minimum(np.searchsorted(self.ids[order], items), len(order) - 1)]
        column = np.minimum(np.searchsorted(self.days, days), len(self.days) - 1)
        known = (self.ids[row] == items) & (self.days[column] == days)
        for matrix, value in zip(found, columns, strict=True):
            matrix[row[known], column[known]] = value[known]
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
