"""The libraries the engines stand on, loaded before they are needed."""

from importlib import import_module

# Each is imported where it is used, for a page needs none of them: two seconds and 120 MB.
LIBRARIES = (
    "scipy.linalg",
    "sklearn.ensemble",
    "statsforecast.models",
    "statsmodels.tsa.forecasting.theta",
    "statsmodels.tsa.holtwinters",
    "statsmodels.tsa.seasonal",
)


def libraries_load() -> None:
    """Import every library a forecast uses, so that the processes of a worker, parted afterwards, share them."""
    for name in LIBRARIES:
        import_module(name)
