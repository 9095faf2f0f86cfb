"""What moto must be told before it is first imported. Imports nothing of it."""

import os

SETTINGS = {
    # A certificate's validation record is in the sandbox's DNS at once; a minute of waiting would rehearse nothing.
    "MOTO_ACM_VALIDATION_WAIT": "0",
    # Loading the catalogue of machine images costs a second for each region, and nothing here boots one.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


def prepare(account_id: str) -> None:
    """Make this process's moto the account `account_id`.

    Raises RuntimeError where another part of the process uses it as another account.
    """
    taken = os.environ.setdefault("MOTO_ACCOUNT_ID", account_id)
    if taken != account_id:
        raise RuntimeError(
            f"the emulated AWS cannot be account {account_id}: moto in this process is account {taken}; "
            "run one account to a process and unset MOTO_ACCOUNT_ID"
        )
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
