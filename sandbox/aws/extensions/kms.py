"""KMS: the rotation period of a key, which moto drops."""

from typing import TYPE_CHECKING

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation

_DEFAULT_DAYS = 365


class Kms:
    """Periods by key ARN; everything else about keys is moto's."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation
        self._days: dict[str, int] = {}

    def rows(self) -> Rows:
        return {("kms", "EnableKeyRotation"): self._enable, ("kms", "GetKeyRotationStatus"): self._status}

    def reset(self) -> None:
        self._days.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """A key is in one region only."""

    def _enable(self, call: Call, passthrough: Passthrough) -> Result:
        answer = passthrough.raw()
        if answer.status == 200:
            self._days[self._arn(call)] = int(call.parameters.get("RotationPeriodInDays", _DEFAULT_DAYS))
        return answer

    def _status(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        if output.get("KeyRotationEnabled"):
            output["RotationPeriodInDays"] = self._days.get(self._arn(call), _DEFAULT_DAYS)
        return output

    def _arn(self, call: Call) -> str:
        described = self._emulation.backend.invoke(
            "kms", "DescribeKey", call.region, {"KeyId": call.parameters["KeyId"]}
        )
        return str(described["KeyMetadata"]["Arn"])
