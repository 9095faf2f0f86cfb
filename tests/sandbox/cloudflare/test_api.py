"""The API answers as Cloudflare's does: envelopes, codes, and what it refuses."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from cloudflare import APIStatusError
from cloudflare import Cloudflare as OfficialClient

from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare, Document, HealthBoard
from sandbox.faults import Faults

DOMAIN = "clinic.example.com"


@pytest.fixture
def faults() -> Faults:
    return Faults(regions=["us-east-1", "cloudflare"])


@pytest.fixture
def calls(tmp_path: Path) -> CallLog:
    return CallLog(tmp_path / "calls.jsonl")


@pytest.fixture
def cloudflare(faults: Faults, calls: CallLog) -> Iterator[Cloudflare]:
    api = Cloudflare(faults, calls, [DOMAIN])
    yield api
    api.stop()


@pytest.fixture
def client(cloudflare: Cloudflare) -> Iterator[httpx.Client]:
    base = f"http://127.0.0.1:{cloudflare.start()}/client/v4"
    with httpx.Client(base_url=base, headers={"Authorization": "Bearer sandbox"}, trust_env=False) as client:
        yield client


class Account:
    """Requests with the ids filled in; `ok` returns the result, `code` the first error's status and code."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        zone = client.get("/zones", params={"name": DOMAIN}).json()["result"][0]
        self.zone = f"/zones/{zone['id']}"
        self.lb = f"/accounts/{zone['account']['id']}/load_balancers"

    def ok(self, method: str, path: str, document: Document | None = None) -> Any:
        answer = self._client.request(method, path, json=document)
        assert answer.status_code == 200, answer.text
        envelope = answer.json()
        assert envelope["success"] is True and envelope["errors"] == []
        return envelope["result"]

    def code(self, method: str, path: str, document: Document | None = None) -> tuple[int, int]:
        answer = self._client.request(method, path, json=document)
        envelope = answer.json()
        assert envelope["success"] is False and envelope["result"] is None
        return answer.status_code, envelope["errors"][0]["code"]

    def pool(self, name: str, **fields: Any) -> Document:
        origins = [{"name": name, "address": f"origin-{name}.{DOMAIN}"}]
        result: Document = self.ok("POST", f"{self.lb}/pools", {"name": name, "origins": origins, **fields})
        return result


@pytest.fixture
def account(client: httpx.Client) -> Account:
    return Account(client)


def test_zone_is_found_by_name(client: httpx.Client) -> None:
    found = client.get("/zones", params={"name": DOMAIN}).json()
    assert [zone["name"] for zone in found["result"]] == [DOMAIN]
    assert found["result_info"] == {"page": 1, "per_page": 100, "count": 1, "total_count": 1, "total_pages": 1}
    assert client.get("/zones", params={"name": "other.example.com"}).json()["result"] == []


def test_a_wrong_token_and_a_wrong_route(client: httpx.Client) -> None:
    refused = client.get("/zones", headers={"Authorization": "Bearer other"})
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, 10000)
    lost = client.get("/zones/not-an-id/dns_records")
    assert (lost.status_code, lost.json()["errors"][0]["code"]) == (404, 7003)
    assert client.delete("/zones").status_code == 405


def test_dns_records(account: Account) -> None:
    records = f"{account.zone}/dns_records"
    made = account.ok("POST", records, {"type": "CNAME", "name": "origin-east", "content": "alb.example.net"})
    assert made["name"] == f"origin-east.{DOMAIN}" and made["ttl"] == 1 and made["proxiable"] is True
    assert account.code("POST", records, {"type": "CNAME", "name": made["name"], "content": "alb.example.net"}) == (
        400,
        81058,
    )
    assert account.code("POST", records, {"type": "A", "name": made["name"], "content": "192.0.2.1"}) == (400, 81053)
    assert account.code("POST", records, {"type": "A", "name": "x", "content": "one"}) == (400, 9005)
    edited = account.ok("PATCH", f"{records}/{made['id']}", {"content": "other.example.net"})
    assert edited["content"] == "other.example.net" and edited["created_on"] == made["created_on"]
    listed = account.ok("GET", f"{records}?name={made['name']}&type=CNAME")
    assert [record["id"] for record in listed] == [made["id"]]
    assert account.ok("DELETE", f"{records}/{made['id']}") == {"id": made["id"]}
    assert account.code("GET", f"{records}/{made['id']}") == (404, 81044)


def test_what_is_referred_to_cannot_be_deleted(account: Account) -> None:
    monitor = account.ok("POST", f"{account.lb}/monitors", {"path": "/.well-known/lifeline", "interval": 15})
    east = account.pool("east", monitor=monitor["id"])
    west = account.pool("west", monitor=monitor["id"])
    balancers = f"{account.zone}/load_balancers"
    fields = {"default_pools": [east["id"], west["id"]], "fallback_pool": east["id"], "steering_policy": "off"}
    made = account.ok("POST", balancers, {"name": f"nl-fhir.{DOMAIN}", "proxied": True, **fields})
    assert made["session_affinity"] == "none" and made["enabled"] is True

    assert account.code("DELETE", f"{account.lb}/monitors/{monitor['id']}") == (412, 1005)
    assert account.code("DELETE", f"{account.lb}/pools/{west['id']}") == (412, 1005)
    assert account.ok("GET", f"{account.lb}/pools/{west['id']}/references")[0]["resource_id"] == made["id"]

    account.ok("PATCH", f"{balancers}/{made['id']}", {"default_pools": [east["id"]]})
    account.ok("DELETE", f"{account.lb}/pools/{west['id']}")
    account.ok("DELETE", f"{balancers}/{made['id']}")
    account.ok("DELETE", f"{account.lb}/pools/{east['id']}")
    account.ok("DELETE", f"{account.lb}/monitors/{monitor['id']}")
    assert account.code("GET", f"{account.lb}/monitors/{monitor['id']}") == (404, 1001)


def test_put_resets_what_it_does_not_name_and_patch_keeps_it(account: Account) -> None:
    pool = account.pool("east", enabled=False, description="the founder")
    assert pool["disabled_at"]
    path = f"{account.lb}/pools/{pool['id']}"
    assert account.ok("PATCH", path, {"description": "east"})["enabled"] is False
    whole = account.ok("PUT", path, {"name": "east", "origins": pool["origins"]})
    assert whole["enabled"] is True and whole["description"] == "" and "disabled_at" not in whole


def test_a_document_that_was_read_can_be_put_back(account: Account) -> None:
    pool = account.pool("east")
    again = account.ok("PUT", f"{account.lb}/pools/{pool['id']}", {**pool, "enabled": False})
    assert again["enabled"] is False and again["id"] == pool["id"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": "has space"}, 1002),
        ({"name": "east"}, 1003),
        ({"origins": []}, 1002),
        ({"origins": [{"name": "a"}]}, 1002),
        ({"origins": [{"name": "a", "address": "x", "wieght": 1}]}, 1002),
        ({"origins": [{"name": "a", "address": "x", "header": {"Host": ["elsewhere.net"]}}]}, 1002),
        ({"origins": [{"name": "a", "address": "x", "header": {"hosts": [f"nl-fhir.{DOMAIN}"]}}]}, 1002),
        ({"monitor": "0" * 32}, 1002),
        ({"enabeld": True}, 1002),
    ],
)
def test_pools_that_are_refused(account: Account, fields: Document, code: int) -> None:
    account.pool("east")
    good = {"name": "other", "origins": [{"name": "a", "address": "x"}]}
    assert account.code("POST", f"{account.lb}/pools", {**good, **fields}) == (400, code)


@pytest.mark.parametrize(
    "fields",
    [
        {"interval": 1},
        {"timeout": 60},
        {"retries": 9},
        {"type": "telnet"},
        {"type": "tcp"},
        {"expected_codes": "ok"},
        {"path": "health"},
        {"header": {"Host": "x"}},
        {"method": "POST"},
    ],
)
def test_monitors_that_are_refused(account: Account, fields: Document) -> None:
    assert account.code("POST", f"{account.lb}/monitors", fields) == (400, 1002)


def test_load_balancers_that_are_refused(account: Account) -> None:
    pool = account.pool("east")["id"]
    good = {"name": f"nl-fhir.{DOMAIN}", "default_pools": [pool], "fallback_pool": pool}
    path = f"{account.zone}/load_balancers"
    refused: list[Document] = [
        {"name": "nl-fhir.example.org"},
        {"default_pools": []},
        {"default_pools": ["0" * 32]},
        {"fallback_pool": "0" * 32},
        {"steering_policy": "nearest"},
    ]
    for fields in refused:
        assert account.code("POST", path, {**good, **fields}) == (400, 1002)
    account.ok("POST", path, good)
    assert account.code("POST", path, good) == (400, 1003)


def test_pool_health_is_what_the_monitors_found(account: Account, cloudflare: Cloudflare) -> None:
    pool = account.pool("east")
    path = f"{account.lb}/pools/{pool['id']}/health"
    assert account.ok("GET", path) == {"pool_id": pool["id"], "pop_health": {}}
    cloudflare.health.put(pool["id"], "east", HealthBoard.found(False, "Response code mismatch error", 503, 0.01))
    (region,) = account.ok("GET", path)["pop_health"].values()
    assert region["healthy"] is False
    (origin,) = region["origins"]
    assert origin[f"origin-east.{DOMAIN}"]["response_code"] == 503


def test_an_outage_of_the_api(client: httpx.Client, faults: Faults, calls: CallLog) -> None:
    faults.dark("cloudflare")
    with pytest.raises(httpx.TransportError):
        client.get("/zones")
    faults.clear()
    assert client.get("/zones").status_code == 200
    assert [(call["operation"], call["outcome"]) for call in calls.read()] == [
        ("zones.list", "refused"),
        ("zones.list", "ok"),
    ]


def test_the_official_client_understands_it(cloudflare: Cloudflare) -> None:
    client = OfficialClient(api_token="sandbox", base_url=f"http://127.0.0.1:{cloudflare.start()}/client/v4")
    (zone,) = client.zones.list(name=DOMAIN)
    assert zone.account.id is not None
    account = zone.account.id
    monitor = client.load_balancers.monitors.create(account_id=account, type="https", path="/x", interval=15)
    assert monitor.id is not None
    origins: Any = [{"name": "east", "address": f"origin-east.{DOMAIN}", "header": {"Host": [f"nl-fhir.{DOMAIN}"]}}]
    pool = client.load_balancers.pools.create(account_id=account, name="east", origins=origins, monitor=monitor.id)
    assert pool.id is not None
    made = client.load_balancers.create(
        zone_id=zone.id, name=f"nl-fhir.{DOMAIN}", default_pools=[pool.id], fallback_pool=pool.id, steering_policy="off"
    )
    assert made.id is not None
    assert client.load_balancers.edit(made.id, zone_id=zone.id, enabled=False).enabled is False
    assert [found.name for found in client.load_balancers.pools.list(account_id=account)] == ["east"]
    with pytest.raises(APIStatusError, match="referenced by other objects"):
        client.load_balancers.pools.delete(pool.id, account_id=account)


def test_reset_keeps_the_zones(account: Account, cloudflare: Cloudflare, client: httpx.Client) -> None:
    account.pool("east")
    cloudflare.reset()
    assert account.ok("GET", f"{account.lb}/pools") == []
    assert client.get("/zones", params={"name": DOMAIN}).json()["result_info"]["count"] == 1


def test_an_api_that_says_yes_and_does_nothing(account: Account, faults: Faults) -> None:
    pool = account.pool("east")
    faults.ignore_writes("cloudflare")
    path = f"{account.lb}/pools/{pool['id']}"
    assert account.ok("PATCH", path, {"enabled": False})["enabled"] is False
    assert account.ok("GET", path)["enabled"] is True
    account.ok("DELETE", path)
    assert account.pool("west")["name"] == "west"
    assert [found["name"] for found in account.ok("GET", f"{account.lb}/pools")] == ["east"]
    assert account.code("PATCH", path, {"enabled": "perhaps"})[0] == 400, "what is wrong is still refused"


def test_an_api_that_is_out_in_each_way(account: Account, client: httpx.Client, faults: Faults) -> None:
    path = f"{account.lb}/pools"
    faults.dark("cloudflare", mode="5xx")
    assert account.code("GET", path) == (503, 10013)
    faults.clear()
    faults.throttle("cloudflare", 1)
    assert account.code("GET", path) == (429, 10429)
    faults.clear()
    faults.drop_response("cloudflare:pools.create")
    with pytest.raises(httpx.RemoteProtocolError):
        account.pool("east")
    assert [found["name"] for found in account.ok("GET", path)] == ["east"], "it was done all the same"
