from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from basalt.errors import ConfigurationError
from basalt.sample import SampleOptions
from basalt.sample.session import trading_days


def test_the_default_market_is_the_documented_one() -> None:
    options = SampleOptions()
    assert (options.instruments, options.venues, options.days, options.levels) == (8, 3, 3, 10)
    assert (options.trades, options.updates, options.start) == (40_000, 40_000, date(2025, 3, 3))
    assert options.listings == 24


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"instruments": 0}, "instruments"),
        ({"venues": 9}, "venues"),
        ({"days": 0}, "days"),
        ({"levels": 0}, "levels"),
        ({"seed": -1}, "seed"),
        ({"start": date(1970, 1, 1)}, "start"),
        ({"trades": 119}, "trades"),
        ({"updates": 719}, "updates"),
    ],
)
def test_an_option_that_makes_no_market_is_refused_by_name(wrong: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        SampleOptions(**wrong)
    assert [problem.place for problem in caught.value.problems] == [place]


def test_all_mistakes_are_reported_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        SampleOptions(instruments=0, days=0, start=date(1970, 1, 1))
    assert [problem.place for problem in caught.value.problems] == ["instruments", "days", "start"]


def test_too_few_events_say_how_many_are_needed() -> None:
    with pytest.raises(ConfigurationError, match="at least 120, or fewer instruments or venues"):
        SampleOptions(trades=100)


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (date(2025, 3, 3), [date(2025, 3, 3), date(2025, 3, 4), date(2025, 3, 5)]),
        (date(2025, 3, 6), [date(2025, 3, 6), date(2025, 3, 7), date(2025, 3, 10)]),
        (date(2025, 3, 8), [date(2025, 3, 10), date(2025, 3, 11), date(2025, 3, 12)]),
    ],
)
def test_weekends_are_skipped(start: date, expected: list[date]) -> None:
    assert [day.date for day in trading_days(SampleOptions(start=start))] == expected
