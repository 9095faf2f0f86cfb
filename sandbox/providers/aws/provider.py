"""The emulated `aws` provider: configured as the real one is, and acting on the sandbox through rows."""

import re
from typing import Any

from model.signatures import Sdk
from sandbox.providers.aws.invokes import INVOKES
from sandbox.providers.aws.lifecycle import RowHandler
from sandbox.providers.aws.session import Credentials, Failed, Session
from sandbox.providers.handlers import Handler, Misconfigured, Refused, Setup, Subject
from sandbox.providers.plain import PlainHandler
from sandbox.providers.recorded import Recorded
from sandbox.providers.rows import aws_rows, plain_rows
from sandbox.providers.values import Properties


class Aws:
    """Resource types and functions of `pulumi_aws` against one endpoint."""

    def __init__(self, endpoint: str, credentials: Credentials) -> None:
        self.sdk = Sdk("aws")
        self._session = Session(endpoint, credentials)
        self._handlers: dict[str, Handler] = {row.type: RowHandler(row, self._session) for row in aws_rows()}
        self._handlers |= {plain.type: PlainHandler(plain) for plain in plain_rows()}
        self._recorded = Recorded()

    def unconfigured(self, variables: Properties) -> list[tuple[str, str]]:
        region = variables.get("region")
        if isinstance(region, str) and not re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
            return [("region", f"invalid AWS Region: {region}")]
        return []

    def configure(self, variables: Properties) -> Setup:
        region = variables.get("region")
        if not region:
            raise Misconfigured(
                "unable to validate AWS configuration: region is missing: the provider must be told where to act; "
                "set `region` on the provider"
            )
        account = self._account(variables, str(region))
        allowed = variables.get("allowedAccountIds") or []
        forbidden = variables.get("forbiddenAccountIds") or []
        if (allowed and account not in allowed) or account in forbidden:
            raise Misconfigured(f"unable to validate AWS configuration: AWS account ID not allowed: {account}")
        tags = (variables.get("defaultTags") or {}).get("tags") or {}
        return Setup(region=str(region), account_id=account, default_tags=dict(tags))

    def _account(self, variables: Properties, region: str) -> str:
        if variables.get("skipRequestingAccountId") and variables.get("skipCredentialsValidation"):
            return ""
        sts = str(variables.get("stsRegion") or region)
        try:
            return str(self._session.call("sts", sts, "get_caller_identity", {})["Account"])
        except Failed as failed:
            raise Misconfigured(
                f"unable to validate AWS credentials: validating provider credentials: "
                f"retrieving caller identity from STS: {failed}"
            ) from None

    def handler(self, token: str) -> Handler:
        return self._handlers.get(token, self._recorded)

    def invoke(self, setup: Setup, token: str, arguments: Properties) -> Properties:
        act = INVOKES.get(token)
        if act is None:
            raise Refused("the sandbox has no such function: nothing would answer truthfully; use a resource's outputs")
        region = str(arguments.get("region") or setup.region)

        def call(service: str, operation: str, **request: Any) -> dict[str, Any]:
            return self._session.call(service, region, operation, request)

        result = act(call, arguments, setup)
        return {**arguments, "region": region, "id": region, **result}

    def stays(self, subject: Subject) -> bool:
        before = subject.outputs.get("region")
        return not before or before == (subject.inputs.get("region") or subject.setup.region)
