"""Two sites behind an edge: real HTTP origins, the real API's store, and a double for what AWS says."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.calls import CallLog
from sandbox.cloudflare import Cloudflare, Document
from sandbox.edge import Edge
from sandbox.edge.sight import Target
from sandbox.faults import Faults
from sandbox.http_server import Handler, Server
from tests.sandbox.eventually import eventually

DOMAIN = "clinic.example.com"
HOST = f"nl-fhir.{DOMAIN}"
REGIONS = {"east": "us-east-1", "west": "us-west-2"}


class Aws:
    """A double for sandbox.aws.view: one load balancer a region, its parts open to the test."""

    def __init__(self) -> None:
        self.albs: dict[str, list[Document]] = {region: [] for region in REGIONS.values()}
        self.by_alb: dict[str, list[Document]] = {}
        self.by_listener: dict[str, list[Document]] = {}
        self.groups: dict[str, list[Target]] = {}

    def load_balancers(self, region: str) -> Sequence[Document]:
        return self.albs[region]

    def listeners(self, load_balancer_arn: str) -> Sequence[Document]:
        return self.by_alb.get(load_balancer_arn, [])

    def rules(self, listener_arn: str) -> Sequence[Document]:
        return sorted(self.by_listener.get(listener_arn, []), key=lambda rule: (rule["is_default"], rule["priority"]))

    def target_groups(self, region: str) -> Sequence[Document]:
        return [{"arn": arn, "protocol": "HTTP"} for arn in self.groups]

    def targets(self, target_group_arn: str) -> Sequence[Target]:
        return self.groups.get(target_group_arn, [])


def rule(priority: int, patterns: list[str], action: Document) -> Document:
    """A rule for paths; no patterns: the listener's default."""
    conditions = [{"Field": "path-pattern", "PathPatternConfig": {"Values": patterns}}] if patterns else []
    return {"priority": priority, "is_default": not patterns, "conditions": conditions, "actions": [action]}


NOT_FOUND = rule(0, [], {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}})


class Origin:
    """A task of a site: answers with its name and what it was sent; `healthy` is what its probe path says."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.healthy = True
        self.requests: list[tuple[str, str, bytes]] = []
        self.during: Callable[[], None] = lambda: None
        self.hosts: list[str] = []
        self._server = Server(self._handler(), f"origin-{name}")
        self.port = self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def _handler(self) -> type[Handler]:
        origin = self

        class OriginHandler(Handler):
            def _serve(self) -> None:
                body = self.body()
                if self.path == "/.well-known/lifeline":
                    self.answer_json(200 if origin.healthy else 503, {"site": origin.name})
                    return
                origin.requests.append((self.command, self.path, body))
                origin.hosts.append(self.headers["Host"])
                origin.during()
                self.answer(201, origin.name.encode(), [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])

            do_GET = do_POST = _serve

        return OriginHandler


class World:
    """Everything of a test, made ready: both sites complete, east first, a monitor on both pools."""

    def __init__(self, state: Path) -> None:
        self.faults = Faults()
        self.calls = CallLog(state / "calls.jsonl")
        self.cloudflare = Cloudflare(self.faults, self.calls, [DOMAIN], shortest_interval=1)
        self.store = self.cloudflare.store
        self.aws = Aws()
        self.origins = {site: Origin(site) for site in REGIONS}
        self.edge = Edge(self.cloudflare, self.aws, self.faults, self.calls, list(REGIONS.values()), timeout=2.0)
        api = f"http://127.0.0.1:{self.cloudflare.start()}/client/v4"
        self._api = httpx.Client(base_url=api, headers={"Authorization": "Bearer sandbox"}, trust_env=False)
        self._zone = self._api.get("/zones").json()["result"][0]
        self.records: dict[str, Document] = {}
        self.pools: dict[str, Document] = {}
        self.monitor = self.make(
            "monitors", {"type": "https", "path": "/.well-known/lifeline", "interval": 1, "retries": 0, "timeout": 1}
        )
        for site, region in REGIONS.items():
            self._site(site, region)
        ids = [self.pools["east"]["id"], self.pools["west"]["id"]]
        self.balancer = self.make(
            "load_balancers",
            {"name": HOST, "default_pools": ids, "fallback_pool": ids[0], "steering_policy": "off", "proxied": True},
        )
        self.port = self.edge.start()
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers={"Host": HOST}, trust_env=False)
        eventually(lambda: all(self.health(site) for site in REGIONS))

    def close(self) -> None:
        self.client.close()
        self._api.close()
        self.edge.stop()
        self.cloudflare.stop()
        for origin in self.origins.values():
            origin.stop()

    def _site(self, site: str, region: str) -> None:
        dns_name = f"{site}-123.{region}.elb.amazonaws.com"
        self.aws.albs[region].append({"arn": f"alb-{site}", "dns_name": dns_name})
        self.aws.by_alb[f"alb-{site}"] = [{"arn": f"listener-{site}", "port": 443}]
        forward = {"Type": "forward", "TargetGroupArn": f"group-{site}"}
        self.aws.by_listener[f"listener-{site}"] = [rule(100, ["/", "/*"], forward), NOT_FOUND]
        self.aws.groups[f"group-{site}"] = [("127.0.0.1", self.origins[site].port)]
        self.records[site] = self.make(
            "dns_records", {"type": "CNAME", "name": f"origin-{site}", "content": dns_name, "proxied": False}
        )
        origin = {"name": site, "address": f"origin-{site}.{DOMAIN}", "header": {"Host": [HOST]}}
        self.pools[site] = self.make("pools", {"name": site, "origins": [origin], "monitor": self.monitor["id"]})

    def path(self, collection: str) -> str:
        if collection in ("pools", "monitors"):
            return f"/accounts/{self._zone['account']['id']}/load_balancers/{collection}"
        return f"/zones/{self._zone['id']}/{collection}"

    def make(self, collection: str, document: Document) -> Document:
        result: Document = self._api.post(self.path(collection), json=document).json()["result"]
        return result

    def edit(self, collection: str, key: str, fields: Document) -> None:
        assert self._api.patch(f"{self.path(collection)}/{key}", json=fields).status_code == 200

    def delete(self, collection: str, key: str) -> None:
        assert self._api.delete(f"{self.path(collection)}/{key}").status_code == 200

    def health(self, site: str) -> Any:
        return self.cloudflare.health.get(self.pools[site]["id"], site)

    def post(self) -> httpx.Response:
        return self.client.post("/orders", content=b"order", timeout=10)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()
