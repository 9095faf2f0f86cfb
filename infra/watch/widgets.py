"""CloudWatch dashboard widgets as data. Source: Amazon CloudWatch, "Dashboard body structure and syntax"."""

from collections.abc import Sequence
from typing import Any

import pulumi

from infra.alarm import Metric

COLUMNS, WIDTH, HEIGHT = 24, 8, 6
Widget = dict[str, Any]


def text(markdown: pulumi.Input[str]) -> Widget:
    return {"type": "text", "properties": {"markdown": markdown}}


def metrics(title: str, region: str, shown: Sequence[tuple[str, Metric]], unit: str = "") -> Widget:
    """A graph; `shown`: label and metric."""
    rows = []
    for label, metric in shown:
        pairs = [part for pair in sorted(metric.dimensions.items()) for part in pair]
        options = {"label": label, "stat": metric.statistic, "period": metric.period}
        rows.append([metric.namespace, metric.name, *pairs, options])
    return _graph(title, region, rows, unit)


def searched(title: str, region: str, shown: Sequence[tuple[str, str]], unit: str = "") -> Widget:
    """A graph of what searches find: where a dimension has a part that only AWS knows. `shown`: label, expression."""
    rows = [[{"expression": expression, "label": label, "id": f"q{n}"}] for n, (label, expression) in enumerate(shown)]
    return _graph(title, region, rows, unit)


def alarms(title: str, arns: Sequence[pulumi.Input[str]]) -> Widget:
    """The state of alarms, at most a hundred."""
    return {"type": "alarm", "properties": {"title": title, "alarms": list(arns)[:100]}}


def _graph(title: str, region: str, rows: Sequence[Any], unit: str) -> Widget:
    properties: dict[str, Any] = {
        "title": title,
        "region": region,
        "view": "timeSeries",
        "stacked": False,
        "metrics": list(rows),
    }
    if unit:
        properties["yAxis"] = {"left": {"label": unit, "min": 0}}
    return {"type": "metric", "properties": properties}


def board(widgets: Sequence[Widget]) -> pulumi.Output[str]:
    """The dashboard's body: widgets three to a row, texts and alarms over the whole width."""
    placed, x, y = [], 0, 0
    for widget in widgets:
        wide = widget["type"] != "metric"
        if x and (wide or x + WIDTH > COLUMNS):
            x, y = 0, y + HEIGHT
        width, height = (COLUMNS, 3 if widget["type"] == "text" else 4) if wide else (WIDTH, HEIGHT)
        placed.append({**widget, "x": x, "y": y, "width": width, "height": height})
        if wide:
            y += height
        else:
            x += width
    return pulumi.Output.json_dumps({"widgets": placed})
