"""What happens to one request: who and what, faults, then extension or moto, then the record."""

import time
from contextlib import nullcontext

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError

from sandbox.aws import callers, operation, residence, signature, subject, wire
from sandbox.aws.call import Call, Passthrough, runs_unlocked
from sandbox.aws.emulation import Emulation
from sandbox.aws.errors import ApiError
from sandbox.aws.extensions import table
from sandbox.aws.extensions.elbv2 import TargetRegistry
from sandbox.aws.http import HttpAnswer, HttpRequest
from sandbox.aws.server import Unanswered
from sandbox.calls import CallLog

# A caller that hangs is let go after this time, or as soon as the fault is cleared; its own timeout comes first.
_HANG_SECONDS = 300.0
# How services with an older protocol call what the others call ThrottlingException.
_THROTTLED = {
    **dict.fromkeys(("autoscaling", "cloudwatch", "elbv2", "iam", "rds", "sns", "sts"), "Throttling"),
    "ec2": "RequestLimitExceeded",
    "s3": "SlowDown",
}


class Pipeline:
    """Answers requests. Faults act outside the backend's lock: a delayed call delays nobody else."""

    def __init__(self, emulation: Emulation, calls: CallLog, targets: TargetRegistry) -> None:
        self._emulation = emulation
        self._calls = calls
        self.extensions = table.extensions(emulation, targets)
        self._rows = table.rows(self.extensions)

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Raises Unanswered where a fault refuses the call."""
        signed = signature.read(request)
        if signed is None:
            return wire.plain_error(
                ApiError("MissingAuthenticationToken", "Request is missing Authentication Token", 403)
            )
        service, name = operation.identify(request, signed.service)
        caller = callers.caller_of(signed.key) or self._emulation.sessions.get(signed.key)
        if caller is None:
            return self._stranger(request, signed.key, signed.region, service, name)
        call = Call(caller, signed.region, service, name, request)
        regions = residence.regions(service, name, signed.region)
        try:
            self._obey_faults(call, regions)
            answer = self._carry_out(call)
        except ApiError as error:
            answer = wire.answer_of(request, service, name, error)
        outcome = "ok" if answer.status < 400 else f"error:{answer.error or wire.error_code(answer)}"
        if any(self._emulation.faults.drops(caller, region, service, name) for region in regions):
            self._record(call, regions[0], "lost", 0)
            raise Unanswered
        self._record(call, regions[0], outcome, answer.status)
        return answer

    def _carry_out(self, call: Call) -> HttpAnswer:
        if not wire.is_cbor(call.request):
            return self._perform(call)
        plain = wire.from_cbor(call.request, call.service, call.operation)
        translated = Call(call.caller, call.region, call.service, call.operation, plain)
        try:
            answer = self._perform(translated)
        except ApiError as error:
            answer = wire.answer_of(plain, call.service, call.operation, error)
        return wire.to_cbor(answer, call.service, call.operation)

    def _perform(self, call: Call) -> HttpAnswer:
        backend = self._emulation.backend
        handler = self._rows.get((call.service, call.operation))
        try:
            if handler is None:
                return backend.dispatch(call.request, call.service, call.region)
            with nullcontext() if runs_unlocked(handler) else backend.lock:
                result = handler(call, Passthrough(call, backend.dispatch, backend.invoke))
        except (UnknownServiceError, OperationNotFoundError) as error:
            raise ApiError("UnknownOperationException", f"{call.service} {call.operation}: {error}") from error
        if isinstance(result, HttpAnswer):
            return result
        return wire.answer_of(call.request, call.service, call.operation, result)

    def _obey_faults(self, call: Call, regions: tuple[str, ...]) -> None:
        """Returns where the call may go on. Raises Unanswered, or ApiError where a fault answers for the service."""
        faults = self._emulation.faults
        for region in regions:
            verdict = faults.verdict(call.caller, region, call.service, call.operation)
            if verdict is None:
                continue
            if verdict.effect == "delay":
                time.sleep(verdict.seconds)
                continue
            if verdict.effect == "throttle":
                raise ApiError(_THROTTLED.get(call.service, "ThrottlingException"), "Rate exceeded", 400)
            if verdict.effect == "unavailable":
                raise ApiError("ServiceUnavailable", f"{call.service} is not available in {region}", 503)
            if verdict.effect == "hang":
                self._hang(call, region)
            self._record(call, region, "refused", 0)
            raise Unanswered

    def _hang(self, call: Call, region: str) -> None:
        faults, until = self._emulation.faults, time.monotonic() + _HANG_SECONDS
        while (left := until - time.monotonic()) > 0:
            verdict = faults.verdict(call.caller, region, call.service, call.operation)
            if verdict is None or verdict.effect != "hang":
                return
            faults.wait_for_change(min(left, 1.0))

    def _stranger(self, request: HttpRequest, key: str, region: str, service: str, name: str) -> HttpAnswer:
        """A key that is not the sandbox's: most likely somebody's real one, sent here by mistake."""
        error = ApiError(
            "UnrecognizedClientException",
            "The security token included in the request is invalid: the sandbox knows only access keys of its own",
            403,
        )
        self._calls.record(
            caller="unknown", region=region, service=service, operation=name, outcome=f"error:{error.code}", status=403
        )
        return wire.answer_of(request, service, name, error)

    def _record(self, call: Call, region: str, outcome: str, status: int) -> None:
        self._calls.record(
            caller=call.caller,
            region=region,
            service=call.service,
            operation=call.operation,
            outcome=outcome,
            status=status,
            resource=subject.resource(call.request),
        )
