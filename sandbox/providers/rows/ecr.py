"""ECR: repositories, and what a region's registry has once."""

from collections.abc import Callable
from typing import Any

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Found, Row, Step
from sandbox.providers.aws.session import Failed
from sandbox.providers.handlers import Subject
from sandbox.providers.rules import InPlace

GONE = ("RepositoryNotFoundException",)


def _named(subject: Subject) -> dict[str, str]:
    return {"repositoryName": subject.id or str(subject.inputs["repository"])}


def _replicate(at: At) -> None:
    at.call("put_replication_configuration", replicationConfiguration=_rules(at.inputs))


def _once(put: Step) -> Callable[[At], str]:
    """Puts what a registry has once; its id is the registry's."""

    def make(at: At) -> str:
        put(at)
        return at.subject.setup.account_id

    return make


def _rules(inputs: dict[str, Any]) -> dict[str, Any]:
    asked = (inputs.get("replicationConfiguration") or {}).get("rules") or []
    return {
        "rules": [
            {
                "destinations": [
                    {"region": place["region"], "registryId": place["registryId"]} for place in rule["destinations"]
                ],
                "repositoryFilters": [
                    {"filter": item["filter"], "filterType": item["filterType"]}
                    for item in rule.get("repositoryFilters") or ()
                ],
            }
            for rule in asked
        ]
    }


def _stop(at: At) -> None:
    at.call("put_replication_configuration", replicationConfiguration={"rules": []})


def _scan(at: At) -> None:
    rules = [
        {
            "scanFrequency": rule["scanFrequency"],
            "repositoryFilters": [
                {"filter": item["filter"], "filterType": item["filterType"]} for item in rule["repositoryFilters"]
            ],
        }
        for rule in at.inputs.get("rules") or ()
    ]
    at.call("put_registry_scanning_configuration", scanType=at.inputs["scanType"], rules=rules)


def _basic(at: At) -> None:
    at.call("put_registry_scanning_configuration", scanType="BASIC", rules=[])


def _none_left(_at: At, found: Found) -> Found:
    """An empty configuration is what there is without one."""
    return {"kept": bool((found.get("replicationConfiguration") or {}).get("rules"))}


def _empty(at: At) -> None:
    if not at.subject.value("forceDelete"):
        return
    try:
        at.call("delete_repository", repositoryName=at.id, force=True)
    except Failed as failed:
        if failed.code not in GONE:
            raise


def _document(name: str, kind: str, noun: str, operations: tuple[str, str, str], answer: str, missing: str) -> Row:
    """A policy of a repository as a resource of its own."""
    put, get, delete = operations
    title = "".join(part.title() for part in put.split("_"))
    return Row(
        type=kind,
        service="ecr",
        verb_noun=noun,
        create=Call(put, _named, sends=(name,)),
        id="=repository",
        fields={name: Field(answer)},
        read=Call(get, _named),
        delete=Call(delete, _named),
        gone=(*GONE, missing),
        changes=(Change((name,), f"aws api: {title}", Call(put, _named, sends=(name,))),),
        documents=(name,) if "ifecycle" in kind else (),
        policies=() if "ifecycle" in kind else (name,),
        outputs={"repository": lambda s, _f: s.id, "registryId": "registryId"},
    )


ROWS = (
    Row(
        type="aws:ecr/repository:Repository",
        service="ecr",
        verb_noun="ECR Repository",
        create=Call("create_repository", sends=None),
        id="=name",
        fields={
            "name": Field("repositoryName"),
            "encryptionConfigurations": Field("encryptionConfiguration"),
        },
        read=Call("describe_repositories", lambda s: {"repositoryNames": [s.id]}, answer="repositories[0]"),
        gone=GONE,
        before_delete=(_empty,),
        delete=Call("delete_repository", lambda s: {"repositoryName": s.id}),
        changes=(
            Change(
                ("imageTagMutability", "imageTagMutabilityExclusionFilters"),
                "aws api: PutImageTagMutability",
                Call("put_image_tag_mutability", lambda s: {"repositoryName": s.id}, sends=("imageTagMutability",)),
            ),
            Change(
                ("imageScanningConfiguration",),
                "aws api: PutImageScanningConfiguration",
                Call("put_image_scanning_configuration", lambda s: {"repositoryName": s.id}),
            ),
        ),
        local=(InPlace(("forceDelete",), "provider: read when the repository is deleted"),),
        tags="ecr",
        defaults={"imageTagMutability": "MUTABLE"},
        fixed=("name",),
        outputs={"arn": "repositoryArn", "repositoryUrl": "repositoryUri", "registryId": "registryId"},
    ),
    _document(
        "policy",
        "aws:ecr/repositoryPolicy:RepositoryPolicy",
        "ECR Repository Policy",
        ("set_repository_policy", "get_repository_policy", "delete_repository_policy"),
        "policyText",
        "RepositoryPolicyNotFoundException",
    ),
    _document(
        "policy",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "ECR Lifecycle Policy",
        ("put_lifecycle_policy", "get_lifecycle_policy", "delete_lifecycle_policy"),
        "lifecyclePolicyText",
        "LifecyclePolicyNotFoundException",
    ),
    Row(
        type="aws:ecr/replicationConfiguration:ReplicationConfiguration",
        service="ecr",
        verb_noun="ECR Replication Configuration",
        create=_once(_replicate),
        read=Call("describe_registry"),
        also_read=(_none_left,),
        gone_states=("kept", (False,)),
        delete=_stop,
        delete_first=True,
        changes=(
            Change(
                ("replicationConfiguration",),
                "aws api: PutReplicationConfiguration",
                _replicate,
            ),
        ),
        outputs={"registryId": "registryId"},
        extended="kept; no image is copied, since none is there",
    ),
    Row(
        type="aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration",
        service="ecr",
        verb_noun="ECR Registry Scanning Configuration",
        create=_once(_scan),
        read=Call("get_registry_scanning_configuration"),
        fields={
            "scanType": Field("-", found="scanningConfiguration.scanType"),
            "rules": Field("-", found="scanningConfiguration.rules"),
        },
        delete=_basic,
        delete_first=True,
        changes=(Change(("scanType", "rules"), "aws api: PutRegistryScanningConfiguration", _scan),),
        outputs={"registryId": "registryId"},
    ),
)
