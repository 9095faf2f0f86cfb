"""What is wrong with the settings, one plain line each."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with one setting.

    `file` is the YAML file that holds the key (or the one that should), `key` the dotted path
    below `config:`, `what` what is wrong with it, `allowed` what would be accepted.
    """

    file: str
    key: str
    what: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.file}: {self.key}: {self.what}; {self.allowed}"


class SettingsError(ValueError):
    """Every problem found, reported at once. Nothing was touched."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
