"""What stands at the edge is written down whole, without secrets, and only when it has changed."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import httpx
import pytest
from moto import mock_aws

from operations import edge_export
from operations.topology import Topology
from tests.operations.conftest import DOMAIN

BUCKET, REGION = "audit-of-the-test", "us-west-2"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def _result(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


@pytest.fixture
def by_hand(api: httpx.Client) -> str:
    """The zone, with what somebody clicked together; 60 records are more than one page."""
    zone = _result(api.get("/zones"))[0]
    account = zone["account"]["id"]
    for number in range(60):
        record = {"name": f"by-hand-{number}", "type": "TXT", "content": "kept"}
        _result(api.post(f"/zones/{zone['id']}/dns_records", json=record))
    _result(api.patch(f"/zones/{zone['id']}/settings/min_tls_version", json={"value": "1.2"}))
    header = {"Host": [DOMAIN], "X-Key": ["hush"]}
    monitor = {"type": "https", "path": "/", "expected_codes": "200", "description": "clicked", "header": header}
    _result(api.post(f"/accounts/{account}/load_balancers/monitors", json=monitor))
    return str(zone["id"])


def test_what_somebody_set_by_hand_is_in_it_and_no_header_s_value(by_hand: str, at_the_edge: Topology) -> None:
    found = edge_export.read(at_the_edge)
    names = {record["name"] for record in found.parts["dns_records"]}
    assert {f"by-hand-{number}.{DOMAIN}" for number in range(60)} <= names
    assert found.parts["settings.min_tls_version"] == "1.2"
    (monitor,) = [monitor for monitor in found.parts["monitors"] if monitor["description"] == "clicked"]
    assert monitor["header"] == {"Host": [DOMAIN], "X-Key": edge_export.LEFT_OUT}
    assert "hush" not in found.text()


def test_what_the_api_does_not_give_is_named_with_its_reason(by_hand: str, at_the_edge: Topology) -> None:
    found = edge_export.read(at_the_edge)
    settings = {f"settings.{each}" for each in edge_export.SETTINGS}
    asked = {*edge_export.LISTS, *edge_export.SINGLES, "rulesets", *settings}
    assert {*found.parts, *found.missing} == asked and not {*found.parts} & {*found.missing}
    assert found.missing
    for part, why in found.missing.items():
        assert why.startswith("the API answered 4"), (part, why)
    document = json.loads(found.text())
    assert document["missing"] == found.missing and document["never"] == list(edge_export.NEVER)


def test_only_a_change_is_written_again_and_the_newest_counts(
    api: httpx.Client, by_hand: str, at_the_edge: Topology, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name=REGION)
        s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})

        def keep(at: datetime) -> str | None:
            return edge_export.keep(edge_export.read(at_the_edge).text(), DOMAIN, s3, BUCKET, at)

        first = keep(NOW)
        assert first == f"configuration/cloudflare/{DOMAIN}/2026-11-24T12-00-00Z.json"
        assert keep(NOW + timedelta(days=1)) is None
        _result(api.patch(f"/zones/{by_hand}/settings/ssl", json={"value": "strict"}))
        second = keep(NOW + timedelta(days=2))
        assert second is not None and second > first
        kept = json.loads(s3.get_object(Bucket=BUCKET, Key=second)["Body"].read())
        assert kept["parts"]["settings.ssl"] == "strict"
        assert keep(NOW + timedelta(days=3)) is None
