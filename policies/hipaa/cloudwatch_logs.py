"""CloudWatch Logs: what log groups are encrypted with, how long they keep, and what they mask."""

from typing import Any

from model.resource import Resource
from model.values import UNKNOWN, Malformed, UnknownMet, items, lookup, parsed
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.retention import group_keeps
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown
from policies.vocabulary import cmk, one_of

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
GROUP_POLICY = "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy"
ACCOUNT_POLICY = "aws:cloudwatch/logAccountPolicy:LogAccountPolicy"
KEY = "aws:kms/key:Key"

ENCRYPTED = Rule(
    id="cwl-kms",
    pack="hipaa",
    severity="medium",
    types=(LOG_GROUP,),
    what="A log group is encrypted with a customer-managed key.",
    why="Identifiers end up in logs; a key of one's own says who may read them, and records who did.",
    fix=Fix("Set kms_key_id to your own key.", python="kms_key_id=key.arn", yaml="kmsKeyId: ${key.arn}"),
    check=cmk("kmsKeyId"),
    passing=(
        example(Given(KEY, "key"), Given(LOG_GROUP, "web", {"kmsKeyId": ref("key", "arn")})),
        {"kmsKeyId": "arn:aws:kms:us-east-1:111122223333:key/1234abcd"},
    ),
    failing=({}, {"kmsKeyId": ""}, {"kmsKeyId": None}, {"retentionInDays": 400}),
)

RETENTION = Rule(
    id="cwl-retention",
    pack="hipaa",
    severity="medium",
    types=(LOG_GROUP,),
    what="A log group keeps its events for at least a year.",
    why="What is asked about an intrusion is asked months after it began.",
    fix=Fix(
        "Set retention_in_days to 365 or more.",
        python="retention_in_days=400",
        yaml="retentionInDays: 400",
    ),
    parameters=(Parameter("min_days", 365, "How many days events are kept at least.", "integer", minimum=1),),
    # Without a number they are kept for ever; that is what cost-cwl-retention is about.
    check=group_keeps("min_days"),
    passing=({"retentionInDays": 365}, {"retentionInDays": 0}, {}),
    failing=({"retentionInDays": 364}, {"retentionInDays": 1}, {"retentionInDays": "a year"}),
)


def _masks(case: Case) -> Verdict:
    """Its document masks each of the identifiers that are asked for."""
    document: Any = case.at("policyDocument")
    if isinstance(document, str):
        try:
            document = parsed(document)
        except ValueError as error:
            raise Malformed("policyDocument", str(error)) from None
    masked: set[str] = set()
    for statement in items(lookup(document, "Statement")):
        if statement is UNKNOWN:
            raise UnknownMet("policyDocument")
        # Auditing alone finds an identifier, and leaves it to be read.
        if lookup(statement, "Operation.Deidentify.MaskConfig") is not None:
            masked |= {_name(item) for item in items(lookup(statement, "DataIdentifier"))}
    missing = [name for name in case.value("identifiers") if name.lower() not in masked]
    return fail(f"{case.resource.name} does not mask {', '.join(missing)}", "policyDocument") if missing else PASS


def _name(identifier: Any) -> str:
    """`ssn-us` of `arn:aws:dataprotection::aws:data-identifier/Ssn-US`; one of one's own has its name only."""
    if identifier is UNKNOWN:
        raise UnknownMet("policyDocument")
    return str(identifier).rsplit("/", 1)[-1].lower()


def _protected(case: Case) -> Verdict:
    if case.classification != "phi":
        return NOT_APPLICABLE
    links = case.view.linked(case.resource, GROUP_POLICY, "logGroupName")
    verdicts = [ask(_masks, case.about(policy)) for policy in links.found]
    for policy in case.view.of(ACCOUNT_POLICY):
        covers = _covers(case, policy)
        if covers is not False:
            verdict = ask(_masks, case.about(policy))
            verdicts.append(verdict if covers or verdict.outcome == "fail" else unknown("which groups it is for"))
    for outcome in ("pass", "unknown"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return verdict
    if links.unclear:
        return unknown("whether a data protection policy is on it is not known yet")
    return verdicts[0] if verdicts else fail("no LogDataProtectionPolicy, and no LogAccountPolicy, masks what it holds")


def _covers(case: Case, policy: Resource) -> bool | None:
    """Whether a policy of the account is about this group; None where that is not known."""
    kind = ask(one_of("policyType", "DATA_PROTECTION_POLICY"), case.about(policy)).outcome
    if kind != "pass":
        return False if kind == "fail" else None
    here, there = case.view.region(case.resource), case.view.region(policy)
    if here is UNKNOWN or there is UNKNOWN:
        return None
    if here is not None and there is not None and str(here) != str(there):
        return False
    spared, name = policy.at("selectionCriteria"), case.at("name")
    if spared is None:
        return True
    if spared is UNKNOWN or not isinstance(name, str):
        return None
    return f'"{name}"' not in str(spared)  # LogGroupName NOT IN ["/one", "/two"]


_SSN, _MEDICARE = (
    f"arn:aws:dataprotection::aws:data-identifier/{name}" for name in ("Ssn-US", "MedicareBeneficiaryNumber-US")
)


def _document(*identifiers: str, operation: object = None) -> dict[str, object]:
    masks = {"Deidentify": {"MaskConfig": {}}} if operation is None else operation
    audit = {"Sid": "audit", "DataIdentifier": [_SSN, _MEDICARE], "Operation": {"Audit": {"FindingsDestination": {}}}}
    statements = [audit, {"Sid": "mask", "DataIdentifier": list(identifiers), "Operation": masks}]
    return {"policyDocument": {"Name": "phi", "Version": "2021-06-01", "Statement": statements}}


_WEB = Given(LOG_GROUP, "web", {"name": "/orders/web", "region": "us-east-1"})
_ALL = {"policyName": "phi", "policyType": "DATA_PROTECTION_POLICY", "region": "us-east-1"}

DATA_PROTECTION = Rule(
    id="cwl-data-protection",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(LOG_GROUP,),
    unknown_blocks=False,  # a policy with an output in it is one unknown text before the first apply
    what="A log group that may get PHI masks identifiers.",
    why="Exceptions and access logs quote what they were about; whoever reads logs then reads PHI.",
    fix=Fix(
        "Add a LogAccountPolicy for the region (or a LogDataProtectionPolicy for the group) that masks them.",
        python='aws.cloudwatch.LogAccountPolicy("phi", policy_name="phi", policy_type="DATA_PROTECTION_POLICY", '
        "policy_document=json.dumps(document))",
        yaml="type: aws:cloudwatch:LogAccountPolicy\nproperties:\n  policyName: phi\n"
        "  policyType: DATA_PROTECTION_POLICY\n  policyDocument:\n    fn::toJSON: ${document}",
    ),
    parameters=(
        Parameter(
            "identifiers",
            ["Ssn-US", "MedicareBeneficiaryNumber-US"],
            "Data identifiers that have to be masked, by the names that CloudWatch Logs gives them.",
            "array",
        ),
    ),
    check=_protected,
    passing=(
        example(_WEB, Given(GROUP_POLICY, "mask", {"logGroupName": ref("web", "name"), **_document(_SSN, _MEDICARE)})),
        example(_WEB, Given(ACCOUNT_POLICY, "mask", {**_ALL, **_document(_SSN, _MEDICARE)})),
        Given(LOG_GROUP, "flows", {"tags": {"DataClassification": "internal"}}),
        example(
            _WEB,
            Given(GROUP_POLICY, "mask", {"logGroupName": ref("web"), **_document("PatientNumber")}),
            parameters={"identifiers": ["patientnumber"]},
        ),
    ),
    failing=(
        example(_WEB),
        example(_WEB, Given(GROUP_POLICY, "mask", {"logGroupName": ref("web"), **_document(_SSN)})),
        example(
            _WEB,
            Given(
                GROUP_POLICY,
                "audit",
                {"logGroupName": ref("web"), **_document(_SSN, _MEDICARE, operation={"Audit": {}})},
            ),
            note="it finds them, and leaves them readable",
        ),
        example(_WEB, Given(ACCOUNT_POLICY, "mask", {**_ALL, "region": "us-west-2", **_document(_SSN, _MEDICARE)})),
        example(
            _WEB,
            Given(
                ACCOUNT_POLICY,
                "mask",
                {
                    **_ALL,
                    "selectionCriteria": 'LogGroupName NOT IN ["/orders/web"]',
                    **_document(_SSN, _MEDICARE),
                },
            ),
        ),
        example(
            _WEB,
            Given(LOG_GROUP, "other", {"tags": {"data-classification": "public"}}),
            Given(GROUP_POLICY, "mask", {"logGroupName": ref("other"), **_document(_SSN, _MEDICARE)}),
        ),
    ),
)
