"""What a task is told: the environment that Lifeline's service component gives every container."""

from collections.abc import Mapping
from dataclasses import dataclass


class EnvironmentIncomplete(Exception):
    """A variable that the task needs is missing or no number."""


@dataclass(frozen=True)
class Environment:
    """`host` takes writes where the site is active; `reader_host` reads at either site."""

    site: str
    service: str
    listen_port: int
    tls: bool
    host: str
    reader_host: str
    database_port: int
    database: str
    user: str
    password: str | None

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """Read the variables; raises EnvironmentIncomplete and names all that are missing."""
        needed = (
            "LIFELINE_SITE",
            "LIFELINE_SERVICE",
            "DATABASE_HOST",
            "DATABASE_PORT",
            "DATABASE_NAME",
            "DATABASE_USER",
        )
        missing = [name for name in needed if not variables.get(name)]
        if missing:
            raise EnvironmentIncomplete(
                f"the task cannot start: {', '.join(missing)} not set; declare `needs: [database]` for the service"
            )
        return cls(
            site=variables["LIFELINE_SITE"],
            service=variables["LIFELINE_SERVICE"],
            listen_port=_port(variables, "PORT", "0"),
            tls=variables.get("LIFELINE_TLS") == "on",
            host=variables["DATABASE_HOST"],
            reader_host=variables.get("DATABASE_READER_HOST") or variables["DATABASE_HOST"],
            database_port=_port(variables, "DATABASE_PORT", ""),
            database=variables["DATABASE_NAME"],
            user=variables["DATABASE_USER"],
            password=variables.get("DATABASE_PASSWORD"),
        )


def _port(variables: Mapping[str, str], name: str, default: str) -> int:
    value = variables.get(name, default)
    if not value.isdigit() or int(value) > 65535:
        raise EnvironmentIncomplete(f"the task cannot start: {name} is no port number; check the task definition")
    return int(value)
