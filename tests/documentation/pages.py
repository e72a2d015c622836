"""Pages to look at: pipelines over declared schemas, and a reader of HTML."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import basalt

SCHEMAS = {
    "trades": {
        "ListingId": "BIGINT",
        "TradeTimestamp": "TIMESTAMP_NS",
        "LocalPrice": "DOUBLE",
        "Size": "DOUBLE",
        "MIC": "VARCHAR",
    },
    "reference": {"ListingId": "BIGINT", "InstrumentId": "BIGINT"},
}


def pipeline(name: str = "minutes", dataset: str = "market") -> dict[str, Any]:
    """Return three passes, the last of which reads what the first made only through the second."""
    measures = [{"measures": ["Volume", "VWAP", "OHLC", "MedianPrice"], "attribute_filters": {"MIC": ["<b>&\"'"]}}]
    sma = {"name": "SMA", "input_col": "Close", "timeperiod": 3}
    quarters = {
        "source_pass": name,
        "group_by": ["InstrumentId", "TimeBucket"],
        "resample_rule": "15m",
        "aggregations": {"TradeTotalVWAP": "auto", "Close": "last", "TradeTotalMedianPrice": "mean"},
        "talib_indicators": [sma],
    }
    hours = {"source_pass": "quarters", "group_by": ["InstrumentId", "TimeBucket"], "resample_rule": "1h"}
    return {
        "DATASETNAME": dataset,
        "PASSES": [
            {"name": name, "modules": ["trade"], "trade_analytics": {"generic_metrics": measures}},
            {"name": "quarters", "modules": ["generic"], "generic_analytics": quarters},
            {
                "name": "hours",
                "modules": ["generic"],
                "generic_analytics": {**hours, "aggregations": {"TradeTotalVWAP": "auto"}},
            },
        ],
    }


def page() -> str:
    """Return the page of the pipeline."""
    return basalt.document(pipeline(), schemas=SCHEMAS)


@dataclass
class Element:
    """An element with the text in it, that of its children included."""

    tag: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: list[Element] = field(default_factory=list)


class Elements(HTMLParser):
    """The elements of a page in order; raises where tags do not match."""

    _ALONE = frozenset(["meta", "link", "input", "br"])

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        self.close()
        assert self._open == [], [each.tag for each in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.found.append(element)
        for each in self._open:
            each.inside.append(element)
        if tag not in self._ALONE:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self._ALONE:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, (self._open[-1].tag, tag)
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for each in self._open:
            each.text += data

    def tagged(self, tag: str, class_: str = "") -> list[Element]:
        """Return the elements of a tag, with a class if one is given."""
        return [
            each
            for each in self.found
            if each.tag == tag and (not class_ or class_ in (each.attributes.get("class") or "").split())
        ]
