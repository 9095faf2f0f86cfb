"""One rule's verdict. Unknown is never a pass."""

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "fail", "unknown"]
Weight = Literal["blocks", "absolute", "advises"]
"""`blocks`: a person may override it, with a reason. `absolute`: nobody may. `advises`: shown, and blocks nothing."""


@dataclass(frozen=True)
class Finding:
    """`text`: what was seen, and for a fail what to do."""

    rule: str
    verdict: Verdict
    text: str
    weight: Weight = "blocks"

    def stands_in_the_way(self, overridden: frozenset[str]) -> bool:
        if self.verdict == "pass" or self.weight == "advises":
            return False
        return self.weight == "absolute" or self.rule not in overridden
