"""Distributions of demand over a lead time: quantiles, and the units expected short of a level (loss functions).

Each is named by its mean and sd. Loss functions: E[(X - level)+], Snyder & Shen, Fundamentals of Supply Chain Theory,
appendix on loss functions; Zipkin, Foundations of Inventory Management, appendix C. Without spread (sd 0) demand
is its mean.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from supply.engine.arrays import Array, BoolArray

Distribution = Literal["gamma", "normal", "negative_binomial", "poisson"]


def _floats(*values: ArrayLike) -> tuple[Array, ...]:
    """Return the values as float arrays of one shape."""
    return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))


def standard_normal_loss(z: ArrayLike) -> Array:
    """Return E[(Z - z)+] of the standard normal: phi(z) - z * (1 - Phi(z))."""
    (at,) = _floats(z)
    density = np.exp(-0.5 * at**2) / np.sqrt(2 * np.pi)
    loss: Array = density - at * special.ndtr(-at)
    return loss


def normal_loss(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the units expected short of `level` when demand is normal."""
    at, mu, spread = _floats(level, mean, sd)
    sure = spread <= 0
    scale = np.where(sure, 1.0, spread)
    return np.where(sure, np.maximum(mu - at, 0.0), scale * standard_normal_loss((at - mu) / scale))


def normal_quantile(probability: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the level normal demand does not exceed with a probability."""
    p, mu, spread = _floats(probability, mean, sd)
    level: Array = mu + np.maximum(spread, 0.0) * special.ndtri(p)
    return level


def _gamma_shape(mean: Array, sd: Array) -> tuple[BoolArray, Array, Array]:
    """Return where demand has no spread, and shape and scale elsewhere (1 where it has none)."""
    sure = (sd <= 0) | (mean <= 0)
    shape = np.where(sure, 1.0, (mean / np.where(sure, 1.0, sd)) ** 2)
    return sure, shape, np.where(sure, 1.0, mean / shape)


def gamma_loss(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the units expected short of `level` when demand is gamma (shape (mean/sd)^2, scale sd^2/mean)."""
    at, mu, spread = _floats(level, mean, sd)
    sure, shape, scale = _gamma_shape(mu, spread)
    reach = np.maximum(at, 0.0) / scale
    loss = mu * special.gammaincc(shape + 1, reach) - at * special.gammaincc(shape, reach)
    return np.where(sure, np.maximum(mu - at, 0.0), np.maximum(loss, 0.0))


def gamma_quantile(probability: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the level gamma demand does not exceed with a probability."""
    p, mu, spread = _floats(probability, mean, sd)
    sure, shape, scale = _gamma_shape(mu, spread)
    return np.where(sure, np.maximum(mu, 0.0), special.gammaincinv(shape, p) * scale)


def lognormal_loss(level: ArrayLike, log_mean: ArrayLike, log_sd: ArrayLike) -> Array:
    """Return the units expected short of `level` > 0 when ln(demand) is normal(log_mean, log_sd)."""
    at, mu, spread = _floats(level, log_mean, log_sd)
    z = (mu - np.log(at)) / spread
    loss: Array = np.exp(mu + spread**2 / 2) * special.ndtr(z + spread) - at * special.ndtr(z)
    return loss


def poisson_loss(level: ArrayLike, mean: ArrayLike) -> Array:
    """Return the units expected short of `level` when demand is Poisson."""
    at, mu = _floats(level, mean)
    whole = np.floor(np.maximum(at, 0.0))
    above = np.where(mu > 0, special.pdtrc(whole, mu), 0.0)
    above_less_one = np.where(whole > 0, special.pdtrc(whole - 1, mu), 1.0)
    return np.where(
        mu > 0, np.maximum(mu * above_less_one - at * np.where(at < 0, 1.0, above), 0.0), np.maximum(-at, 0)
    )


def _negative_binomial_above(whole: Array, successes: Array, p: Array) -> Array:
    """Return P(X > whole) for a whole number >= -1."""
    tail: Array = special.betainc(np.maximum(whole + 1, 1.0), successes, 1 - p)
    return np.where(whole < 0, 1.0, tail)


def _negative_binomial_shape(mean: Array, sd: Array) -> tuple[BoolArray, Array, Array]:
    """Return where the variance does not exceed the mean (then Poisson), and r and p elsewhere."""
    narrow = (sd**2 <= mean * (1 + 1e-9)) | (mean <= 0)
    variance = np.where(narrow, 2.0, sd**2)
    mu = np.where(narrow, 1.0, mean)
    return narrow, mu**2 / (variance - mu), mu / variance


def negative_binomial_loss(level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the units expected short of `level` when demand is negative binomial; Poisson if sd^2 <= mean."""
    at, mu, spread = _floats(level, mean, sd)
    narrow, successes, p = _negative_binomial_shape(mu, spread)
    whole = np.floor(np.maximum(at, 0.0))
    # k*P(k; r) = mean*P(k-1; r+1): the mean beyond a level is a tail of the next negative binomial.
    beyond = mu * _negative_binomial_above(whole - 1, successes + 1, p)
    loss = beyond - at * np.where(at < 0, 1.0, _negative_binomial_above(whole, successes, p))
    return np.where(narrow, poisson_loss(at, mu), np.maximum(loss, 0.0))


def _smallest_whole(start: Array, reached: Callable[[Array], BoolArray]) -> Array:
    """Return the smallest whole level >= 0 that is `reached`, walking from a close start."""
    level = np.maximum(np.ceil(start), 0.0)
    while (short := ~reached(level)).any():
        level = level + short
    while (spare := (level > 0) & reached(np.maximum(level - 1, 0.0))).any():
        level = level - spare
    return level


def poisson_quantile(probability: ArrayLike, mean: ArrayLike) -> Array:
    """Return the smallest whole level Poisson demand does not exceed with a probability."""
    p, mu = _floats(probability, mean)
    positive = np.where(mu > 0, mu, 1.0)
    start = np.maximum(special.pdtrik(p, positive), 0.0) - 1
    level = _smallest_whole(np.nan_to_num(start), lambda at: special.pdtr(at, positive) >= p)
    return np.where(mu > 0, level, 0.0)


def negative_binomial_quantile(probability: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the smallest whole level negative binomial demand does not exceed; Poisson if sd^2 <= mean."""
    p, mu, spread = _floats(probability, mean, sd)
    narrow, successes, chance = _negative_binomial_shape(mu, spread)
    start = np.where(narrow, 1.0, gamma_quantile(p, np.where(narrow, 1.0, mu), np.where(narrow, 1.0, spread)) - 1)
    level = _smallest_whole(start, lambda at: 1 - _negative_binomial_above(at, successes, chance) >= p - 1e-12)
    return np.where(narrow, poisson_quantile(p, mu), level)


def demand_quantile(distribution: Distribution, probability: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the level demand of a named distribution does not exceed with a probability."""
    if distribution == "gamma":
        return gamma_quantile(probability, mean, sd)
    if distribution == "normal":
        return normal_quantile(probability, mean, sd)
    if distribution == "poisson":
        return poisson_quantile(probability, mean)
    return negative_binomial_quantile(probability, mean, sd)


def demand_loss(distribution: Distribution, level: ArrayLike, mean: ArrayLike, sd: ArrayLike) -> Array:
    """Return the units expected short of a level when demand has a named distribution."""
    if distribution == "gamma":
        return gamma_loss(level, mean, sd)
    if distribution == "normal":
        return normal_loss(level, mean, sd)
    if distribution == "poisson":
        return poisson_loss(level, mean)
    return negative_binomial_loss(level, mean, sd)
