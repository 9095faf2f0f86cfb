"""The task's environment is read whole, and everything wrong with it is said at once."""

import pytest

from operations.warden.environment import EnvironmentIncomplete, warden_environment

COMPLETE = {
    "LIFELINE_APPLICATION": "nl-fhir",
    "LIFELINE_ENVIRONMENT": "production",
    "LIFELINE_SITE": "east",
    "LIFELINE_REGION": "us-east-1",
    "DATABASE_HOST": "writer.example.com",
    "DATABASE_READER_HOST": "reader.example.com",
    "DATABASE_PORT": "5432",
    "DATABASE_NAME": "nl_fhir",
    "DATABASE_USER": "warden",
    "CONTROL_TABLE": "nl-fhir-production-control",
    "CONTROL_REGIONS": "us-east-1, us-west-2",
    "LEASE_SECONDS": "60",
    "TRANSACTION_SECONDS": "10",
    "FOUNDER_SITE": "east",
    "PEER_SITE": "west",
}


def test_complete() -> None:
    environment = warden_environment(COMPLETE)
    assert environment.database.hosts == ("writer.example.com", "reader.example.com")
    assert environment.table_regions == ("us-east-1", "us-west-2")
    assert environment.interval == 15
    assert environment.port == 8099
    assert environment.extension_parameter == "/nl-fhir/production/east/lease-extension"


def test_the_same_host_twice_is_one_and_renewals_never_come_faster_than_twice_a_second() -> None:
    environment = warden_environment(COMPLETE | {"DATABASE_READER_HOST": "writer.example.com", "LEASE_SECONDS": "1"})
    assert environment.database.hosts == ("writer.example.com",)
    assert environment.interval == 0.5


def test_every_problem_at_once() -> None:
    wrong = {name: value for name, value in COMPLETE.items() if name not in ("CONTROL_TABLE", "DATABASE_HOST")}
    with pytest.raises(EnvironmentIncomplete, match="apply the site's stack again") as error:
        warden_environment(wrong | {"LEASE_SECONDS": "-1", "PORT": "http"})
    for part in ("CONTROL_TABLE is not set", "DATABASE_HOST is not set", "LEASE_SECONDS is '-1'", "PORT is 'http'"):
        assert part in str(error.value)


def test_a_password_is_never_shown() -> None:
    assert "hunter2" not in repr(warden_environment(COMPLETE | {"DATABASE_PASSWORD": "hunter2"}))
