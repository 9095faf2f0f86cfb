"""The AWS that a warden's process talks to: one strongly consistent control table for both regions, SSM and CloudWatch.

moto does the work in this process; in front of it stands a real socket that can hold an answer back or refuse a table.
"""

import json
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
from botocore import xform_name
from botocore.exceptions import ClientError
from moto import mock_aws

REGIONS = ("us-east-1", "us-west-2")
KEYS = {"AWS_ACCESS_KEY_ID": "AKIASANDBOX000000000", "AWS_SECRET_ACCESS_KEY": "sandbox"}
_SERVICES = {"DynamoDB_20120810": "dynamodb", "AmazonSSM": "ssm"}


@cache
def _session() -> Any:
    """One for all tests: it keeps the services' models, whose reading is most of what a client costs."""
    return boto3.session.Session()


class Cloud:
    """`table_down` refuses the control table to everyone; `hold` keeps one strong read's answer back."""

    def __init__(self) -> None:
        self.table = "control"
        self.table_down = False
        self.cut_off: set[str] = set()
        """Access keys whose owners reach no replica."""
        self.read = threading.Event()
        """Set when a held strong read has been done and its answer waits."""
        self.metrics = 0
        self._holding = False
        self._release = threading.Event()
        self._lock = threading.Lock()
        self._mock = mock_aws()
        self._mock.start()
        self.clients = {name: _session().client(name, region_name=REGIONS[0]) for name in _SERVICES.values()}
        self.clients["dynamodb"].create_table(
            TableName=self.table,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"cloud": self}))
        self._server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def factory(self, service: str, region: str) -> Any:
        """In-process clients; every region's reach the same table."""
        return self.clients[service]

    def hold(self) -> None:
        """The next strong read of the record is done, but its answer waits for `release`."""
        self.read.clear()
        self._release.clear()
        self._holding = True

    def release(self) -> None:
        self._holding = False
        self._release.set()

    def close(self) -> None:
        self._release.set()
        self._server.shutdown()
        self._server.server_close()
        self._mock.stop()

    def serve(self, target: str, body: bytes, authorization: str) -> tuple[int, dict[str, Any]]:
        service, _, operation = target.partition(".")
        if service not in _SERVICES:
            self.metrics += 1
            return 500, {"__type": "InternalFailure"}
        if service.startswith("DynamoDB") and (
            self.table_down or any(f"={key}/" in authorization for key in self.cut_off)
        ):
            return 500, {"__type": "InternalServerError"}
        try:
            with self._lock:
                answer = getattr(self.clients[_SERVICES[service]], xform_name(operation))(**json.loads(body))
        except ClientError as error:
            return 400, {"__type": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
        if self._holding and operation == "GetItem" and b'"record"' in body:
            self._holding = False
            self.read.set()
            self._release.wait(60)
        answer.pop("ResponseMetadata")
        return 200, answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cloud: Cloud

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = self.cloud.serve(self.headers.get("X-Amz-Target", ""), body, self.headers["Authorization"])
        content = json.dumps(answer, default=str).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        return
