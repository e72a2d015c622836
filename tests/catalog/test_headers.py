"""Every shipped template says everything, and one that lacks any of it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import yaml

from basalt.catalog.headers import read_header, split_header, templates_folder
from basalt.catalog.library import load_library
from basalt.catalog.metrics import Metric, Statistic
from basalt.errors import TemplateError

if TYPE_CHECKING:
    from pathlib import Path

REQUIRED = ("title", "unit", "kind", "type", "null_rule", "known_at", "source", "requires")
METRICS = sorted(templates_folder().glob("metrics/*/*.sql"))
STATISTICS = sorted(templates_folder().glob("statistics/*.sql"))
WITH_CHOICES = [path for path in METRICS if read_header(path, Metric, module=path.parent.name).choices]


def header(path: Path) -> tuple[dict[str, Any], str]:
    return split_header(path.read_text(encoding="utf-8"), str(path))


def written(folder: Path, told: dict[str, Any], body: str) -> Path:
    path = folder / "metric.sql"
    path.write_text(f"/* ---\n{yaml.safe_dump(told, sort_keys=False)}--- */{body}", encoding="utf-8")
    return path


def test_the_templates_are_there() -> None:
    assert len(METRICS) > 25
    assert len(STATISTICS) == 9
    assert len(WITH_CHOICES) >= 5


@pytest.mark.parametrize("path", METRICS, ids=lambda path: path.stem)
def test_a_template_written_anew_reads_the_same(path: Path, tmp_path: Path) -> None:
    again = read_header(written(tmp_path, *header(path)), Metric, module=path.parent.name)
    assert again == read_header(path, Metric, module=path.parent.name)


@pytest.mark.parametrize("field", REQUIRED)
@pytest.mark.parametrize("path", METRICS, ids=lambda path: path.stem)
def test_a_header_that_lacks_a_field_is_refused(path: Path, field: str, tmp_path: Path) -> None:
    told, body = header(path)
    del told[field]
    lacking = written(tmp_path, told, body)
    with pytest.raises(TemplateError) as refused:
        read_header(lacking, Metric, module=path.parent.name)
    assert [str(each) for each in refused.value.problems] == [f"{lacking}: header: {field}: Field required"]


@pytest.mark.parametrize("field", [field for field in REQUIRED if field not in ("kind", "requires")])
def test_a_field_that_says_nothing_is_refused(field: str, tmp_path: Path) -> None:
    told, body = header(METRICS[0])
    with pytest.raises(TemplateError, match=f"{field} is empty"):
        read_header(written(tmp_path, {**told, field: " "}, body), Metric, module=METRICS[0].parent.name)


@pytest.mark.parametrize("title", [None, "", " "])
@pytest.mark.parametrize("path", WITH_CHOICES, ids=lambda path: path.stem)
def test_every_choice_has_a_title(path: Path, title: str | None, tmp_path: Path) -> None:
    for parameter, choices in header(path)[0]["choices"].items():
        for name in choices:
            told, body = header(path)
            told["choices"][parameter][name] |= {"title": title}
            with pytest.raises(TemplateError, match=rf"choices\.{parameter}\.{name}\.title: "):
                read_header(written(tmp_path, told, body), Metric, module=path.parent.name)


@pytest.mark.parametrize("field", ["title", "kind", "label", "states"])
@pytest.mark.parametrize("path", STATISTICS, ids=lambda path: path.stem)
def test_a_statistic_says_everything(path: Path, field: str, tmp_path: Path) -> None:
    told, body = header(path)
    del told[field]
    with pytest.raises(TemplateError, match=f"header: {field}: Field required"):
        read_header(written(tmp_path, told, body), Statistic)


def test_a_generic_metric_names_its_measure(tmp_path: Path) -> None:
    told, body = header(next(path for path in METRICS if path.stem == "volume"))
    del told["measure"]
    with pytest.raises(TemplateError, match="a generic metric says by which measure it is asked for"):
        read_header(written(tmp_path, told, body), Metric, module="trade")


@pytest.mark.parametrize(
    ("value", "is_the_state"),
    [
        ("{{ volume }}", True),
        ("coalesce({{ volume }}, 0)", True),
        ("COALESCE({{volume}},0)", True),
        ("sqrt({{ volume }})", False),
        ("-{{ volume }}", False),
        ("coalesce({{ volume }}, 1)", False),
        ("{{ volume }} / {{ bucket_seconds }}", False),
    ],
)
def test_a_value_adds_up_only_where_it_is_its_state(value: str, is_the_state: bool) -> None:  # noqa: FBT001
    (volume,) = load_library().measures("trade")["Volume"]
    metric = volume.model_copy(update={"value": value})
    assert (metric.only_state is not None) == is_the_state
    assert metric.natural_aggregation == ("sum" if is_the_state else "auto")
