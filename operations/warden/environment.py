"""What a task is told through its environment, read once and all at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class EnvironmentIncomplete(Exception):
    """The task definition lacks something, or something in it cannot be read; names every such variable."""


@dataclass(frozen=True)
class Address:
    """Where the site's database is. `hosts`: the writer's endpoint first, then the reader's."""

    hosts: tuple[str, ...]
    port: int
    name: str
    user: str
    region: str
    password: str | None = field(default=None, repr=False)
    """None: an IAM token is made for each connection."""


@dataclass(frozen=True)
class WardenEnvironment:
    """Everything the warden needs to know."""

    application: str
    environment: str
    site: str
    region: str
    founder: str
    database: Address
    table: str
    table_regions: tuple[str, ...]
    """Own region first."""
    lease_seconds: float
    transaction_seconds: float
    port: int

    @property
    def interval(self) -> float:
        """Seconds between two renewals."""
        return max(self.lease_seconds / 4, 0.5)

    @property
    def extension_parameter(self) -> str:
        """Name of the SSM parameter that carries the break-glass."""
        return f"/{self.application}/{self.environment}/{self.site}/lease-extension"


class _Reader:
    """Collects what is wrong instead of stopping at the first."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables
        self.problems: list[str] = []

    def text(self, name: str) -> str:
        value = self._variables.get(name, "").strip()
        if not value:
            self.problems.append(f"{name} is not set")
        return value

    def optional(self, name: str) -> str | None:
        return self._variables.get(name, "").strip() or None

    def number(self, name: str, default: float | None = None) -> float:
        value = self.optional(name) if default is not None else self.text(name)
        if not value:
            return default or 0.0
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not 0 < number < 1e6:
            self.problems.append(f"{name} is {value!r}, which is no positive number")
        return number

    def database(self) -> Address:
        hosts = (self.text("DATABASE_HOST"), self.optional("DATABASE_READER_HOST"))
        return Address(
            hosts=tuple(dict.fromkeys(host for host in hosts if host)),
            port=int(self.number("DATABASE_PORT")),
            name=self.text("DATABASE_NAME"),
            user=self.text("DATABASE_USER"),
            region=self.text("LIFELINE_REGION"),
            password=self.optional("DATABASE_PASSWORD"),
        )

    def finish(self) -> None:
        if self.problems:
            raise EnvironmentIncomplete(
                f"the task's environment is incomplete: {'; '.join(self.problems)}; apply the site's stack again"
            )


def warden_environment(variables: Mapping[str, str]) -> WardenEnvironment:
    """The warden's settings. Raises EnvironmentIncomplete with every problem."""
    reader = _Reader(variables)
    environment = WardenEnvironment(
        application=reader.text("LIFELINE_APPLICATION"),
        environment=reader.text("LIFELINE_ENVIRONMENT"),
        site=reader.text("LIFELINE_SITE"),
        region=reader.text("LIFELINE_REGION"),
        founder=reader.text("FOUNDER_SITE"),
        database=reader.database(),
        table=reader.text("CONTROL_TABLE"),
        table_regions=tuple(region.strip() for region in reader.text("CONTROL_REGIONS").split(",") if region.strip()),
        lease_seconds=reader.number("LEASE_SECONDS"),
        transaction_seconds=reader.number("TRANSACTION_SECONDS"),
        port=int(reader.number("PORT", default=8099)),
    )
    reader.finish()
    return environment


@dataclass(frozen=True)
class InstallerEnvironment:
    """Everything the fence's installer needs to know."""

    database: Address
    transaction_seconds: float
    extensions: tuple[str, ...] = ()
    """Made in the application's database beside the fence."""


def installer_environment(variables: Mapping[str, str]) -> InstallerEnvironment:
    """The installer's settings. Raises EnvironmentIncomplete with every problem."""
    reader = _Reader(variables)
    extensions = (reader.optional("DATABASE_EXTENSIONS") or "").split(",")
    environment = InstallerEnvironment(
        reader.database(),
        reader.number("TRANSACTION_SECONDS"),
        tuple(name.strip() for name in extensions if name.strip()),
    )
    reader.finish()
    return environment
