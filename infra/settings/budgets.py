"""Monthly budgets and when somebody is told. Amounts in US dollars."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from infra.settings.frozen import Frozen

Amount = Annotated[float, Field(gt=0)]
Percent = Annotated[int, Field(ge=1, le=1000)]


class BudgetSettings(Frozen):
    """Without amounts there is no budget; cost categories and anomaly monitors stand in any case."""

    total: Amount | None = None
    """Of the whole account: give it in one environment of an account only."""
    epics: dict[Annotated[str, Field(pattern=r"^[1-9]\d*$")], Amount] = Field(default_factory=dict)
    """By epic, what is tagged with it; shared resources are not in it."""
    business_units: dict[str, Amount] = Field(default_factory=dict)
    actual: tuple[Percent, ...] = (75, 90, 100)
    """Per cent of a budget spent at which somebody is told."""
    forecast: Percent = 100
    """Per cent of a budget that the month is expected to cost."""
    anomaly: Amount = 100
    """An anomaly costs at least that much more than expected before somebody is told."""
    tags_active: bool = False
    """Activate the cost-allocation tags. AWS refuses it until a day after a tag's first use: set it then."""

    def problems(self, epics: set[int], units: set[str]) -> Iterator[tuple[str, str, str]]:
        """What contradicts something else: dotted key, what is wrong, what is allowed."""
        for epic in self.epics:
            if int(epic) not in epics:
                known = ", ".join(map(str, sorted(epics))) or "none"
                yield f"budgets.epics.{epic}", "no service belongs to it", f"one of {known}"
        for unit in self.business_units:
            if unit not in units:
                yield f"budgets.business_units.{unit}", "no service belongs to it", f"one of {', '.join(sorted(units))}"
        for name, amounts in (("epics", self.epics), ("business_units", self.business_units)):
            parts = sum(amounts.values())
            if self.total is not None and parts > self.total:
                yield f"budgets.{name}", f"add up to {parts:g}, more than the total {self.total:g}", "a larger total"
