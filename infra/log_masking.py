"""What CloudWatch Logs masks in what it is sent: a text in a log can quote what it was about. Pure.

Source: Amazon CloudWatch Logs, "Help protect sensitive log data with masking", read 2026-11.
"""

import json

IDENTIFIERS = ("Ssn-US", "MedicareBeneficiaryNumber-US")
"""AWS's managed data identifiers that have a form of their own. A name in a sentence has none, and is not found."""


def masking() -> str:
    """The data protection document, for an account's region or for one log group: found, counted, and masked."""
    arns = [f"arn:aws:dataprotection::aws:data-identifier/{name}" for name in IDENTIFIERS]
    found = {"Sid": "found", "DataIdentifier": arns, "Operation": {"Audit": {"FindingsDestination": {}}}}
    masked = {"Sid": "masked", "DataIdentifier": arns, "Operation": {"Deidentify": {"MaskConfig": {}}}}
    return json.dumps({"Name": "identifiers", "Version": "2021-06-01", "Statement": [found, masked]}, sort_keys=True)
