"""How closely the further measures of trade have to agree with their oracle."""

from __future__ import annotations

from oracles.further_measures import FURTHER_MEASURES
from oracles.measures import ALL_SIDES
from oracles.results import Result, Tolerance, assert_same
from oracles.trade_pass import column_name

COUNTS = ("UptickCount", "DowntickCount", "RunCount")

RELATIVE = dict.fromkeys(FURTHER_MEASURES, 1e-12) | {"Roll": 1e-9, "KyleLambda": 1e-9}
"""Sums of doubles may be taken in any order; a covariance loses digits where its terms cancel."""
RELATIVE |= dict.fromkeys(["Parkinson", "GarmanKlass", "RogersSatchell"], 1e-9)
"""A logarithm of a ratio that is nearly one loses digits."""
ABSOLUTE = {"Roll": 1e-7, "KyleLambda": 1e-7, "Parkinson": 1e-12, "GarmanKlass": 1e-12, "RogersSatchell": 1e-9}
TOLERANCE = Tolerance(
    {column_name(side, name): RELATIVE[name] for side in ALL_SIDES for name in FURTHER_MEASURES if name not in COUNTS},
    {column_name(side, name): error for side in ALL_SIDES for name, error in ABSOLUTE.items()},
)


def assert_equal(actual: Result, expected: Result) -> None:
    """Check results; Roll's by the covariance, as rounding decides on which side of zero one of zero is."""
    assert_same(covariances(actual), covariances(expected), TOLERANCE)


def covariances(result: Result) -> Result:
    """Return a result with the covariance below zero that each Roll measure stands for."""
    return {
        key: {name: (value or 0.0) ** 2 / 4 if name.endswith("Roll") else value for name, value in row.items()}
        for key, row in result.items()
    }
