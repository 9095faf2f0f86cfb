"""ECR: repositories of container images."""

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, objects
from policies.access import not_public
from policies.case import Case
from policies.documents import match
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import all_of, any_of, matches, no_match, one_of, true

REPOSITORY = "aws:ecr/repository:Repository"
REPOSITORY_POLICY = "aws:ecr/repositoryPolicy:RepositoryPolicy"
REGISTRY_POLICY = "aws:ecr/registryPolicy:RegistryPolicy"
REGISTRY_SCANNING = "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration"


def _registry_scans(case: Case) -> Verdict:
    """The registry of the repository's region scans it when something is pushed, or all the time."""
    unclear = False
    for registry in case.view.of(REGISTRY_SCANNING):
        try:
            if _scans(case, registry):
                return PASS
        except UnknownMet:
            unclear = True
    if unclear:
        raise UnknownMet("the registry's scanning")
    return fail("no RegistryScanningConfiguration of its region covers it")


def _scans(case: Case, registry: Resource) -> bool:
    """Raises UnknownMet."""
    here, there = case.view.region(case.resource), case.view.region(registry)
    if here is not None and there is not None and here != there:
        return False
    name = case.at("name")
    for rule in objects(registry.at("rules[*]")):
        if str(rule.get("scanFrequency")).strip().upper() not in ("SCAN_ON_PUSH", "CONTINUOUS_SCAN"):
            continue
        for filter_ in objects(rule.get("repositoryFilters")):
            if _covers(filter_.get("filter"), name):
                return True
    return False


def _covers(pattern: object, name: object) -> bool:
    """A filter without a wildcard covers every name that has it inside. Raises UnknownMet."""
    if not isinstance(pattern, str):
        if pattern is UNKNOWN:
            raise UnknownMet
        return False
    wanted = pattern if "*" in pattern else f"*{pattern}*"
    if name is None or name is UNKNOWN:  # Pulumi, or another resource, gives it a name
        if wanted.strip("*"):
            raise UnknownMet("name")
        return True
    return match(wanted, str(name))


_IMAGES = Given(REPOSITORY, "web", {"name": "orders/web"})


def _registry(pattern: str, frequency: str, region: str = "us-east-1") -> Given:
    rules = [{"scanFrequency": frequency, "repositoryFilters": [{"filter": pattern, "filterType": "WILDCARD"}]}]
    return Given(REGISTRY_SCANNING, "registry", {"scanType": "ENHANCED", "rules": rules, "region": region})


SCANNED = Rule(
    id="ecr-scan",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(REPOSITORY,),
    what="Images are scanned when they are pushed, by the repository or by its registry.",
    why="What is built today has yesterday's holes in it; nobody knows until somebody looks.",
    fix=Fix(
        "Set image_scanning_configuration.scan_on_push, or cover the repository in a RegistryScanningConfiguration.",
        python='image_scanning_configuration={"scan_on_push": True}',
        yaml="imageScanningConfiguration:\n  scanOnPush: true",
    ),
    check=any_of(true("imageScanningConfiguration.scanOnPush"), _registry_scans),
    passing=(
        {"imageScanningConfiguration": {"scanOnPush": True}},
        example(_IMAGES, _registry("*", "CONTINUOUS_SCAN")),
        example(_IMAGES, _registry("orders/*", "SCAN_ON_PUSH")),
        example(_IMAGES, _registry("orders", "SCAN_ON_PUSH"), note="without a wildcard it is looked for inside"),
    ),
    failing=(
        {},
        {"imageScanningConfiguration": {"scanOnPush": False}},
        {"imageScanningConfiguration": None},
        example(_IMAGES, _registry("notes/*", "SCAN_ON_PUSH")),
        example(_IMAGES, _registry("*", "MANUAL")),
        example(
            Given(REPOSITORY, "web", {"name": "orders/web", "region": "us-west-2"}), _registry("*", "CONTINUOUS_SCAN")
        ),
    ),
)

IMMUTABLE = Rule(
    id="ecr-immutable",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(REPOSITORY,),
    what="A tag, once it is pushed, stays with its image.",
    why="Otherwise what runs under a tag need not be what was reviewed and scanned under it.",
    fix=Fix(
        'Set image_tag_mutability to "IMMUTABLE".',
        python='image_tag_mutability="IMMUTABLE"',
        yaml="imageTagMutability: IMMUTABLE",
    ),
    # IMMUTABLE_WITH_EXCLUSION spares the tags of its filters; one of wildcards only spares all.
    check=all_of(
        matches("imageTagMutability", "^IMMUTABLE", "it has to be IMMUTABLE"),
        no_match("imageTagMutabilityExclusionFilters[*].filter", r"^\*+$", "no filter may spare every tag"),
    ),
    passing=(
        {"imageTagMutability": "IMMUTABLE"},
        {
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{"filter": "latest", "filterType": "WILDCARD"}],
        },
    ),
    failing=(
        {},
        {"imageTagMutability": "MUTABLE"},
        {"imageTagMutability": "MUTABLE_WITH_EXCLUSION"},
        {"imageTagMutability": None},
        {
            "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            "imageTagMutabilityExclusionFilters": [{"filter": "*", "filterType": "WILDCARD"}],
        },
    ),
)

ENCRYPTED = Rule(
    id="ecr-kms",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(REPOSITORY,),
    what="A repository is encrypted with a KMS key.",
    why="Images carry models and configuration; taking the key away takes every copy of them away. It cannot be "
    "changed afterwards.",
    fix=Fix(
        'Set encryption_configurations with encryption_type "KMS" and your own key.',
        python='encryption_configurations=[{"encryption_type": "KMS", "kms_key": key.arn}]',
        yaml="encryptionConfigurations:\n  - encryptionType: KMS\n    kmsKey: ${key.arn}",
    ),
    check=one_of("encryptionConfigurations[*].encryptionType", "KMS", "KMS_DSSE"),
    passing=(
        example(
            Given("aws:kms/key:Key", "key"),
            Given(
                REPOSITORY,
                "web",
                {"encryptionConfigurations": [{"encryptionType": "KMS", "kmsKey": ref("key", "arn")}]},
            ),
        ),
        {"encryptionConfigurations": [{"encryptionType": "KMS_DSSE"}]},
    ),
    failing=(
        {},
        {"encryptionConfigurations": []},
        {"encryptionConfigurations": [{"encryptionType": "AES256"}]},
        {"encryptionConfigurations": [{"kmsKey": "alias/images"}]},
    ),
)


def _policy(**statement: object) -> dict[str, object]:
    pull = {"Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    return {"policy": {"Version": "2012-10-17", "Statement": [{**pull, **statement}]}}


POLICY_NOT_PUBLIC = Rule(
    id="ecr-policy-not-public",
    pack="hipaa",
    severity="high",
    level="recommended",
    types=(REPOSITORY_POLICY, REGISTRY_POLICY),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A repository's policy allows nothing to everybody.",
    why="Anybody could pull images with models and configuration inside, or push one that runs in their place.",
    fix=Fix(
        "Name the accounts or roles, or add a condition such as aws:PrincipalOrgID.",
        python='{"Effect": "Allow", "Principal": {"AWS": deployer.arn}, "Action": "ecr:BatchGetImage"}',
        yaml="Principal: {AWS: '${deployer.arn}'}",
    ),
    check=not_public("policy"),
    passing=(
        _policy(Principal={"AWS": "arn:aws:iam::111122223333:root"}),
        _policy(Condition={"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}),
        _policy(Effect="Deny", Condition={"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}}),
        example(
            Given("aws:iam/role:Role", "deployer"),
            Given(REPOSITORY_POLICY, "web", _policy(Principal={"AWS": ref("deployer", "arn")})),
        ),
    ),
    failing=(
        _policy(),
        _policy(Principal={"AWS": ["111122223333", "*"]}),
        _policy(Principal=None, NotPrincipal={"AWS": "arn:aws:iam::111122223333:root"}),
        _policy(Condition={"StringLike": {"aws:PrincipalOrgID": "*"}}),
        _policy(Condition={"Bool": {"aws:SecureTransport": "true"}}),
        Given(REGISTRY_POLICY, "registry", _policy(Action="ecr:*")),
    ),
)
