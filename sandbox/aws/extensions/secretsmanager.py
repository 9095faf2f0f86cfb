"""Secrets Manager: a replica is encrypted with the key that was named for it. moto shows the default key for all."""

from typing import TYPE_CHECKING, Any

from sandbox.aws.call import Call, Passthrough, Result, Rows

if TYPE_CHECKING:
    from sandbox.aws.emulation import Emulation


class SecretsManager:
    """Remembers each replica's key and shows it wherever replicas are shown."""

    def __init__(self, emulation: "Emulation") -> None:
        self._keys: dict[tuple[str, str], str] = {}
        """(ARN of the primary, the replica's region) → the key as it was named."""

    def rows(self) -> Rows:
        return {
            ("secretsmanager", operation): self._show
            for operation in (
                "CreateSecret",
                "DescribeSecret",
                "RemoveRegionsFromReplication",
                "ReplicateSecretToRegions",
            )
        }

    def reset(self) -> None:
        self._keys.clear()

    def close(self) -> None:
        """Nothing runs in the background."""

    def faults_changed(self) -> None:
        """Keys are the same under every fault."""

    def _show(self, call: Call, passthrough: Passthrough) -> Result:
        output: dict[str, Any] = passthrough()
        for replica in call.parameters.get("AddReplicaRegions", []):
            if replica.get("KmsKeyId"):
                self._keys[output["ARN"], replica["Region"]] = replica["KmsKeyId"]
        for shown in output.get("ReplicationStatus", []):
            named = self._keys.get((output["ARN"], shown["Region"]))
            if named is not None:
                shown["KmsKeyId"] = named
        return output
