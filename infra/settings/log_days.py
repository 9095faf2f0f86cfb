"""How long CloudWatch can keep a log group's events: PutRetentionPolicy takes these numbers of days and no others."""

from typing import Literal

LogDays = Literal[30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653]
