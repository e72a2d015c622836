"""Where an output goes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from basalt.configuration import AnalyticsConfig
from basalt.configuration.days import Days
from basalt.configuration.path_templates import DATE_FIELDS, fields_of

STATE = "_basalt"
"""The folder of records beside an output; readers leave out what begins with an underscore."""


@dataclass(frozen=True)
class OutputPath:
    """A path template of a pass, filled in from the pipeline but for the dates."""

    template: str
    pass_name: str
    dataset: str
    universe: str

    @classmethod
    def of(cls, template: str, pass_name: str, config: AnalyticsConfig) -> OutputPath:
        """Return the path of a pass's output."""
        universe = config.UNIVERSE.name if config.UNIVERSE else "all"
        return cls(template, pass_name, config.DATASETNAME, universe)

    @property
    def names_all_dates(self) -> bool:
        """Whether ranges of days have paths of their own."""
        return set(DATE_FIELDS) <= set(fields_of(self.template))

    def of_days(self, days: Days) -> str:
        """Return the path of the rows of some days."""
        first, last = days.text.split("_")
        return self._filled(self.template, start_date=first, end_date=last)

    def days_named(self, path: str) -> Days | None:
        """Return the days whose path this is; None for another path."""
        pattern = re.escape(self._filled(self.template, start_date="\0", end_date="\1"))
        for mark, name in (("\0", "first"), ("\1", "last")):
            pattern = pattern.replace(re.escape(mark), f"(?P<{name}>[^/_]+)", 1).replace(
                re.escape(mark), f"(?P={name})"
            )
        match = re.fullmatch(pattern, path) if self.names_all_dates else None
        return Days.named(f"{match['first']}_{match['last']}") if match else None

    @property
    def root(self) -> str:
        """The folder that all ranges of days have in common."""
        return self._filled(self._parts[0])

    @property
    def tail(self) -> str:
        """What stands below the root, the dates left as the template has them."""
        return self._filled(self._parts[1], start_date="{start_date}", end_date="{end_date}")

    @property
    def state(self) -> str:
        """The folder of the records, apart from those of any other output."""
        return str(PurePosixPath(STATE) / self.pass_name / self.tail)

    @property
    def _parts(self) -> tuple[str, str]:
        """The template cut before the first part that names a date, else before the last."""
        parts = self.template.rstrip("/").split("/")
        dated = [place for place, part in enumerate(parts) if set(DATE_FIELDS) & set(fields_of(part or "/"))]
        cut = dated[0] if dated else len(parts) - 1
        above = "/".join(parts[:cut]) or ("/" if self.template.startswith("/") else ".")
        return above, "/".join(parts[cut:])

    def _filled(self, template: str, **dates: str) -> str:
        return template.format(datasetname=self.dataset, universe=self.universe, **{"pass": self.pass_name}, **dates)


def output_path(template: str, pass_name: str, config: AnalyticsConfig) -> Path:
    """Return the file or folder of the run's dates."""
    days = Days(config.START_DATE, config.END_DATE)
    return Path(OutputPath.of(template, pass_name, config).of_days(days))
