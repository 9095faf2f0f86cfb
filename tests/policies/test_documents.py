"""What policy documents allow, against what they look like."""

import json
from typing import Any

import pytest

from model.values import UNKNOWN, Malformed, UnknownMet
from policies import documents

ORG = {"StringEquals": {"aws:PrincipalOrgID": "o-abc123"}}


def statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::orders/*", **parts}


def document(*statements: Any) -> documents.Document:
    return documents.read({"Version": "2012-10-17", "Statement": list(statements)})


@pytest.mark.parametrize(
    "parts",
    [
        {"Principal": "*"},
        {"Principal": {"AWS": "*"}},
        {"Principal": {"AWS": ["arn:aws:iam::111122223333:root", "*"]}},
        {"principal": {"aws": "*"}, "effect": "allow"},
        {"NotPrincipal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"AWS": "arn:aws:iam::*:root"}},
        {"Principal": {"Federated": "*"}},
        # Conditions that limit nothing.
        {"Principal": "*", "Condition": {}},
        {"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalArn": "*"}}},
        {"Principal": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/admin"}}},
        {"Principal": "*", "Condition": {"StringLike": {"aws:PrincipalOrgID": "o-*"}}},
        {"Principal": "*", "Condition": {"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}},
        {"Principal": "*", "Condition": {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc123"}}},
        {"Principal": "*", "Condition": {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-abc/r-1/"}}},
        {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"]}}},
        {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "::/0"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalAccount}"}}},
        {"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}},
        {"Principal": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::*"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:PrincipalOrgID": ["o-abc123", ""]}}},
    ],
    ids=json.dumps,
)
def test_open_to_anyone(parts: dict[str, Any]) -> None:
    assert len(document(statement(**parts)).public()) == 1
    assert len(documents.read(json.dumps({"Statement": statement(**parts)})).public()) == 1


@pytest.mark.parametrize(
    "parts",
    [
        {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
        {"Principal": {"AWS": 111122223333}},
        {"Principal": {"Service": "cloudtrail.amazonaws.com"}},
        {"Principal": "*", "Effect": "Deny"},
        {"Principal": "*", "Condition": ORG},
        {"Principal": "*", "Condition": {"stringequals": {"AWS:PrincipalOrgId": ["o-abc123"]}}},
        {"Principal": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}},
        {"Principal": "*", "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::orders*"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}},
        {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
        {"Principal": "*", "Condition": {"StringEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}},
        {"Principal": "*", "Condition": {**ORG, "Bool": {"aws:SecureTransport": "true"}}},
    ],
    ids=json.dumps,
)
def test_not_open(parts: dict[str, Any]) -> None:
    assert document(statement(**parts)).public() == []


def test_a_deny_to_everybody_else_takes_it_back() -> None:
    allow = statement(Principal="*")
    deny = statement(Effect="Deny", Principal="*", Action="s3:*", Resource="*")
    others = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc123"}}
    assert document(allow, {**deny, "Condition": others}).public() == []
    assert document(allow, {**deny, "Condition": others, "Action": "s3:Put*"}).public()
    assert document(allow, {**deny, "Condition": ORG}).public()
    assert document(allow, {**deny, "Condition": {**others, "Bool": {"aws:SecureTransport": "false"}}}).public()


def test_unknown_parts_decide_nothing_and_hide_nothing() -> None:
    for unclear in (
        statement(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": UNKNOWN}}),
        statement(Principal={"AWS": [UNKNOWN]}),
        statement(Effect=UNKNOWN, Principal="*"),
        UNKNOWN,
    ):
        with pytest.raises(UnknownMet):
            document(unclear).public()
        assert document(unclear, statement(Principal="*")).public()
    with pytest.raises(UnknownMet):
        document(statement(Action=[UNKNOWN])).service_wildcards()
    assert document(statement(Action=[UNKNOWN, "*"], Resource="*")).everything()


def test_wildcards_of_services_and_grants_on_everything() -> None:
    def wild(action: Any) -> list[str]:
        return [name for _, name in document(statement(Action=action)).service_wildcards(["logs"])]

    assert wild("s3:*") == ["s3:*"]
    assert wild(["S3:**", "logs:*", "s3:Get*"]) == ["s3:**"]
    assert wild("*") == ["*"]
    assert document({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}).service_wildcards()

    def grants(**parts: Any) -> bool:
        return bool(document(statement(**parts)).grants("kms:Decrypt"))

    assert grants(Action="kms:De*", Resource="*")
    assert grants(Action="KMS:?ecrypt", Resource=["arn:aws:*:*:*:*"])
    assert grants(Action=None, NotAction="kms:Encrypt", Resource="*")
    assert grants(Action="kms:*", Resource=None, NotResource="arn:aws:kms:us-east-1:111122223333:key/1")
    assert not grants(Action="kms:Decrypt", Resource="arn:aws:kms:us-east-1:111122223333:key/*")
    assert not grants(Action=None, NotAction=["kms:*"], Resource="*")
    assert not grants(Action="kms:DescribeKey", Resource="*")


@pytest.mark.parametrize(
    ("change", "refuses"),
    [
        ({}, True),
        ({"Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}, True),
        ({"Condition": {"bool": {"AWS:securetransport": [False]}}}, True),
        ({"Resource": ["arn:aws:s3:::orders*"]}, True),
        ({"Effect": "Allow"}, False),
        ({"Action": "s3:GetObject"}, False),
        ({"Action": None, "NotAction": "s3:GetObject"}, True),
        ({"Resource": "arn:aws:s3:::orders/*"}, False),
        ({"Resource": "arn:aws:s3:::orders"}, False),
        ({"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "true"}}}, False),
        ({"Condition": {"Bool": {"aws:SecureTransport": "false"}, **ORG}}, False),
    ],
    ids=str,
)
def test_plain_transport(change: dict[str, Any], refuses: bool) -> None:
    base = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::orders", "arn:aws:s3:::orders/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    assert document({**base, **change}).refuses_plain_transport("s3:*", objects=True) is refuses


@pytest.mark.parametrize(
    "value", ["", "{", "[]", "1", '"text"', {}, [], 7, {"Statement": 7}, {"Statement": [None]}, "[" * 100_000]
)
def test_what_is_no_policy_is_said_to_be_none(value: Any) -> None:
    with pytest.raises(Malformed, match="policy"):
        documents.read(value)


def test_wildcards_are_matched_in_reasonable_time_whatever_they_are() -> None:
    assert not documents.match("*a" * 40 + "b", "a" * 5000)
