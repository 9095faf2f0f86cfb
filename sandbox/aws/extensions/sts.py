"""STS: temporary credentials carry on the name of the caller who took them."""

from typing import TYPE_CHECKING

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


class Sts:
    """Without this, a role's session would be a stranger, and faults between regions would pass it by."""

    def __init__(self, emulation: "Emulation") -> None:
        self._emulation = emulation

    def rows(self) -> Rows:
        return {("sts", operation): self._remember for operation in ("AssumeRole", "GetSessionToken")}

    def reset(self) -> None:
        self._emulation.sessions.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Sessions are the same under every fault."""

    def _remember(self, call: Call, passthrough: Passthrough) -> Result:
        output = passthrough()
        self._emulation.sessions[output["Credentials"]["AccessKeyId"]] = call.caller
        return output
