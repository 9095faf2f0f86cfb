"""Two stacks at the ends of what the settings allow: each is run once for all tests of what guards an estate."""

from infra.settings.backup import BackupAccount, BackupSettings
from infra.settings.door import DoorSettings, WafSettings
from tests.infra.declared import Declared
from tests.infra.stacks import declared

REGIONS = {"east": "us-east-1", "west": "us-west-2"}
OWN = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def stricter() -> Declared:
    """East where every choice is the stricter one; without services, since what guards them does not depend on them."""
    return declared(
        "east",
        services=(),
        rotation={},
        door=DoorSettings(
            client_ca=OWN, waf=WafSettings(counted=("SQLiRuleSet/SQLi_BODY",), address_lists="block", requests=100)
        ),
        backup=BackupSettings(
            frequency="twice-daily",
            lock="compliance",
            grace_days=30,
            account=BackupAccount(account_id="999900001111", vault="vault-of-last-resort"),
        ),
    )


def looser(scope: str) -> Declared:
    """A stack where nobody is asked for a certificate, nothing is protected and the account is somebody else's."""
    return declared(
        scope,
        services=(),
        rotation={},
        protection="off",
        account_baseline="external",
        door=DoorSettings(mutual_tls="off"),
        backup=BackupSettings(lock="compliance"),
    )
