"""An alarm as data: what it looks at, when it speaks, how loud, and which page says what to do."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import pulumi

from infra.settings.notifications import Severity

Missing = Literal["missing", "notBreaching", "breaching"]


@dataclass(frozen=True)
class Metric:
    """One CloudWatch metric, summed up over a period in seconds."""

    namespace: str
    name: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str = "Average"
    period: int = 60


@dataclass(frozen=True)
class Alarm:
    """Speaks when `datapoints` of the last `periods` lie beyond the threshold."""

    severity: Severity
    says: str
    """What it means to whoever is woken, in a sentence."""
    page: str
    """File of `docs/runbooks/` without its ending."""
    threshold: float
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    """By id, as `expression` names them; a single one without an expression is watched as it is."""
    expression: pulumi.Input[str] | None = None
    """Metric math over `metrics`, or a Metrics Insights query; its value is what is compared."""
    query_period: int = 60
    """Seconds, for an expression without metrics."""
    below: bool = False
    """Whether less than the threshold is bad; otherwise more is."""
    periods: int = 5
    datapoints: int = 3
    heading: str = ""
    """The heading on the page; empty: the alarm's own name."""
    missing: Missing = "notBreaching"
    """What no data means. Never follows from who is active: a flip must change no alarm."""
