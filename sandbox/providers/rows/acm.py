"""Certificates and their validation."""

import time

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Wait
from sandbox.providers.handlers import Refused

POLL_SECONDS = 0.5
LIMIT_SECONDS = 90


def _options(_at: At, found: Found) -> Found:
    """One record for each domain, as a DNS provider has to publish it."""
    made = []
    for option in found.get("DomainValidationOptions", []):
        record = option.get("ResourceRecord") or {}
        made.append(
            {
                "domainName": option["DomainName"],
                "resourceRecordName": record.get("Name", ""),
                "resourceRecordType": record.get("Type", ""),
                "resourceRecordValue": record.get("Value", ""),
            }
        )
    return {"DomainValidationOptions": made}


def _issued(at: At) -> str:
    """Waits until ACM has seen the record. The id is the time of issue, as the real provider has it."""
    arn = at.inputs["certificateArn"]
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        certificate = at.call("describe_certificate", CertificateArn=arn)["Certificate"]
        if certificate["Status"] == "ISSUED":
            return str(certificate.get("IssuedAt") or certificate.get("CreatedAt"))
        if certificate["Status"] in ("FAILED", "VALIDATION_TIMED_OUT", "REVOKED") or time.monotonic() > end:
            raise Refused(f"waiting for ACM Certificate ({arn}) to be issued: its status is {certificate['Status']}")
        time.sleep(POLL_SECONDS)


ROWS = (
    Row(
        type="aws:acm/certificate:Certificate",
        service="acm",
        verb_noun="ACM Certificate",
        create=Call("request_certificate", sends=None),
        id="CertificateArn",
        read=Call("describe_certificate", lambda s: {"CertificateArn": s.id}, answer="Certificate"),
        also_read=(_options,),
        delete=Call("delete_certificate", lambda s: {"CertificateArn": s.id}),
        gone=("ResourceNotFoundException",),
        fields={
            "validationOptions": Field("DomainValidationOptions", found="-"),
            "domainValidationOptions": Field(decode=lambda options: options),
            # ACM lists the domain itself among its alternatives; the program does not.
            "subjectAlternativeNames": Field(decode=list),
            "validationMethod": Field(found="-"),
        },
        changes=(
            Change(
                ("options",),
                "aws api: UpdateCertificateOptions",
                Call("update_certificate_options", lambda s: {"CertificateArn": s.id}),
            ),
        ),
        wait=Wait("length(DomainValidationOptions[?resourceRecordName==''])", (0,)),
        tags="acm",
        computed=("subjectAlternativeNames", "keyAlgorithm", "options", "validationMethod", "domainName"),
        outputs={
            "arn": "CertificateArn",
            "subjectAlternativeNames": lambda s, f: _alternatives(s.value("subjectAlternativeNames"), f),
        },
    ),
    Row(
        type="aws:acm/certificateValidation:CertificateValidation",
        service="acm",
        verb_noun="ACM Certificate Validation",
        create=_issued,
        read=Call(
            "describe_certificate", lambda s: {"CertificateArn": s.value("certificateArn")}, answer="Certificate"
        ),
        # Nothing exists at AWS that could be deleted.
        delete=None,
        gone=("ResourceNotFoundException",),
        gone_states=("Status != 'ISSUED'", (True,)),
    ),
)


def _alternatives(asked: list[str] | None, found: Found) -> list[str]:
    names = list(found.get("SubjectAlternativeNames") or [])
    if asked is not None and found["DomainName"] not in asked:
        names = [name for name in names if name != found["DomainName"]]
    return names
