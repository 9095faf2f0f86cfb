"""CloudTrail: which events a trail records."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from model.values import UNKNOWN, UnknownMet, items, lookup, truth
from policies import documents
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import when

TRAIL = "aws:cloudtrail/trail:Trail"
POLICIES = ("aws:iam/policy:Policy", "aws:iam/rolePolicy:RolePolicy")
_OBJECTS = "AWS::S3::Object"
_MODEL = "AWS::Bedrock::Model"
_DATA_EVENTS = {
    "aws:bedrock/agentAgent:AgentAgent": "AWS::Bedrock::AgentAlias",
    "aws:bedrock/agentKnowledgeBase:AgentKnowledgeBase": "AWS::Bedrock::KnowledgeBase",
}
"""Calls of these are data events; those of a model itself are management events that read."""


class Selected(NamedTuple):
    """What one selector records."""

    data: bool
    """Data events, else management events."""
    types: tuple[str, ...]
    """Of data events: of which resources."""
    reads: bool
    writes: bool
    not_sources: tuple[str, ...] = ()
    """Of management events: services that are left out."""


def selected(case: Case) -> list[Selected]:
    """By its event selectors, of either form; without any, all management events. Raises UnknownMet."""
    found = [one for item in items(case.at("advancedEventSelectors")) for one in _advanced(_known(item))]
    for item in items(case.at("eventSelectors")):
        found += _basic(_known(item))
    return found or [Selected(False, (), True, True)]


def _known(value: Any) -> Any:
    if value is UNKNOWN:
        raise UnknownMet
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(str(_known(item)) for item in items(value))


def _advanced(selector: Any) -> list[Selected]:
    fields: dict[str, Mapping[str, Any]] = {}
    for field in items(lookup(selector, "fieldSelectors")):
        name = _known(lookup(_known(field), "field"))
        if isinstance(field, Mapping) and isinstance(name, str):
            fields[name] = field
    if {"eventName", "eventType"} & {name for name, field in fields.items() if _only(field)}:
        return []  # some calls only
    category = _texts(lookup(fields.get("eventCategory"), "equals"))
    only = _texts(lookup(fields.get("readOnly"), "equals"))
    reads, writes = not only or truth(only[0]) is True, not only or truth(only[0]) is False
    if category == ("Management",):
        source = fields.get("eventSource")
        left_out = ("*",) if source is not None and _only(source) else _texts(lookup(source, "notEquals"))
        return [Selected(False, (), reads, writes, left_out)]
    return [Selected(True, _texts(lookup(fields.get("resources.type"), "equals")), reads, writes)]


def _only(field: Mapping[str, Any]) -> bool:
    """Whether it names what is recorded, and not what is left out."""
    return any(field.get(name) for name in ("equals", "startsWiths", "endsWiths"))


def _basic(selector: Any) -> list[Selected]:
    kind = str(_known(lookup(selector, "readWriteType")) or "All").lower()
    reads, writes = kind in ("all", "readonly"), kind in ("all", "writeonly")
    found = []
    if truth(lookup(selector, "includeManagementEvents")) is not False:
        left_out = _texts(lookup(selector, "excludeManagementEventSources"))
        found.append(Selected(False, (), reads, writes, left_out))
    types = [
        str(_known(lookup(_known(item), "type")))
        for item in items(lookup(selector, "dataResources"))
        if items(lookup(item, "values"))
    ]
    return [*found, Selected(True, tuple(types), reads, writes)]


def _objects(case: Case) -> Verdict:
    of_objects = [one for one in selected(case) if one.data and _OBJECTS in one.types]
    missing = [
        word
        for word, recorded in (
            ("read", any(one.reads for one in of_objects)),
            ("written", any(one.writes for one in of_objects)),
        )
        if not recorded
    ]
    if missing:
        return fail(f"no selector records that objects in S3 are {' or '.join(missing)}", "advancedEventSelectors")
    return PASS


def _basic_selector(type_: str = _OBJECTS, **rest: object) -> dict[str, object]:
    return {"eventSelectors": [{"dataResources": [{"type": type_, "values": ["arn:aws:s3"]}], **rest}]}


def _selector(*fields: tuple[str, object], category: str = "Data") -> dict[str, object]:
    return {
        "fieldSelectors": [
            {"field": "eventCategory", "equals": [category]},
            *({"field": name, **(value if isinstance(value, dict) else {"equals": value})} for name, value in fields),
        ]
    }


_ADVANCED = "advancedEventSelectors"
_MANAGEMENT = _selector(category="Management")
_S3 = ("resources.type", [_OBJECTS])

S3_DATA_EVENTS = Rule(
    id="cloudtrail-s3-data-events",
    pack="hipaa",
    severity="medium",
    types=(TRAIL,),
    what="A trail records reads and writes of objects in S3.",
    why="Who read which document is a data event, which no trail records unless it is told to.",
    fix=Fix(
        "Add an advanced event selector for AWS::S3::Object, without readOnly.",
        python='advanced_event_selectors=[{"field_selectors": [{"field": "eventCategory", "equals": ["Data"]}, '
        '{"field": "resources.type", "equals": ["AWS::S3::Object"]}]}]',
        yaml="advancedEventSelectors:\n  - fieldSelectors:\n      - {field: eventCategory, equals: [Data]}\n"
        '      - {field: resources.type, equals: ["AWS::S3::Object"]}',
    ),
    check=_objects,
    passing=(
        {_ADVANCED: [_MANAGEMENT, _selector(_S3)]},
        {_ADVANCED: [_selector(_S3, ("resources.ARN", {"startsWiths": ["arn:aws:s3:::orders/"]}))]},
        {_ADVANCED: [_selector(_S3, ("readOnly", ["true"])), _selector(_S3, ("readOnly", ["false"]))]},
        {_ADVANCED: [_selector(_S3, ("eventName", {"notEquals": ["HeadObject"]}))]},
        _basic_selector(),
        _basic_selector(readWriteType="All", includeManagementEvents=False),
    ),
    failing=(
        {},
        {_ADVANCED: [_MANAGEMENT]},
        {_ADVANCED: [_selector(_S3, ("readOnly", ["false"]))]},
        {_ADVANCED: [_selector(_S3, ("readOnly", "true"))]},
        {_ADVANCED: [_selector(_S3, ("eventName", ["DeleteObject"]))]},
        {_ADVANCED: [_selector(("resources.type", ["AWS::Lambda::Function"]))]},
        _basic_selector(readWriteType="WriteOnly"),
        _basic_selector("AWS::DynamoDB::Table"),
        {"eventSelectors": [{"dataResources": [{"type": _OBJECTS, "values": []}]}]},
        {"eventSelectors": [{"readWriteType": "All", "includeManagementEvents": True}]},
    ),
)


def _calls_models(case: Case) -> Verdict:
    """The stack has something of Bedrock, or a policy that allows to invoke a model; or a parameter says so."""
    if case.value("used") or any(kind.startswith("aws:bedrock") for kind in case.view.kinds):
        return PASS
    unclear = None
    for policy in case.view.of(*POLICIES):
        verdict = ask(_may_invoke, case.about(policy))
        if verdict.outcome == "pass":
            return PASS
        unclear = verdict if verdict.outcome == "unknown" else unclear
    return unclear or fail("nothing of the stack calls a model of Bedrock")


def _may_invoke(case: Case) -> Verdict:
    document = documents.read(case.at("policy"))
    may = any(item.allow and item.actions and item.acts("bedrock:InvokeModel") for item in document.statements)
    if not may and any(item.unclear for item in document.statements):
        raise UnknownMet("policy")
    return PASS if may else fail("it does not allow to invoke a model")


def _invocations(case: Case) -> Verdict:
    known = selected(case)
    managed = any(
        not one.data and one.reads and not {"*", "bedrock.amazonaws.com"} & {name.lower() for name in one.not_sources}
        for one in known
    )
    types = {type_ for one in known if one.data and one.reads and one.writes for type_ in one.types}
    if not managed and _MODEL not in types:
        return fail("it records neither management events that read nor AWS::Bedrock::Model", "advancedEventSelectors")
    missing = [type_ for kind, type_ in _DATA_EVENTS.items() if case.view.of(kind) and type_ not in types]
    if missing:
        return fail(f"no selector records {' and '.join(missing)}, which this stack has", "advancedEventSelectors")
    return PASS


_INVOKES = Given(
    "aws:iam/rolePolicy:RolePolicy",
    "nlp",
    {"policy": {"Statement": [{"Effect": "Allow", "Action": "bedrock:InvokeModel", "Resource": "*"}]}},
)
_GUARDRAIL = Given("aws:bedrock/guardrail:Guardrail", "phi", {"name": "phi"})
_AGENT = Given("aws:bedrock/agentAgent:AgentAgent", "coder", {"agentName": "coder"})


def _trail(*selectors: object) -> Given:
    return Given(TRAIL, "trail", {_ADVANCED: list(selectors)} if selectors else {})


BEDROCK = Rule(
    id="cloudtrail-bedrock",
    pack="hipaa",
    severity="medium",
    types=(TRAIL,),
    unknown_blocks=False,  # a policy with an ARN in it is one unknown text before the first apply
    what="Where models of Bedrock are called, a trail records the calls.",
    why="What was sent to a hosted model, and by whom, is known afterwards from this record only.",
    fix=Fix(
        "Record management events without a condition on readOnly, and data events of what else of Bedrock is used.",
        python='advanced_event_selectors=[{"field_selectors": [{"field": "eventCategory", "equals": ["Management"]}]}]',
        yaml="advancedEventSelectors:\n  - fieldSelectors:\n      - {field: eventCategory, equals: [Management]}",
    ),
    parameters=(
        Parameter(
            "used", False, "Whether Bedrock is used; needed where only another stack shows that it is.", "boolean"
        ),
    ),
    # InvokeModel and Converse are management events, unlike calls of agents and knowledge bases.
    check=when(_calls_models, _invocations),
    passing=(
        example(_INVOKES, _trail()),
        example(_INVOKES, _trail(_MANAGEMENT)),
        example(_GUARDRAIL, _trail(_selector(("resources.type", [_MODEL])))),
        example(_AGENT, _trail(_MANAGEMENT, _selector(("resources.type", ["AWS::Bedrock::AgentAlias"])))),
        _trail(_selector(_S3)),
        example(
            _INVOKES,
            Given(TRAIL, "trail", {"eventSelectors": [{"readWriteType": "ReadOnly", "includeManagementEvents": True}]}),
        ),
    ),
    failing=(
        example(_INVOKES, _trail(_selector(_S3))),
        example(_GUARDRAIL, _trail(_selector(("readOnly", ["false"]), category="Management"))),
        example(
            _INVOKES,
            _trail(_selector(("eventSource", {"notEquals": ["bedrock.amazonaws.com"]}), category="Management")),
        ),
        example(_INVOKES, _trail(_selector(("eventSource", ["iam.amazonaws.com"]), category="Management"))),
        example(_AGENT, _trail()),
        example(_trail(_selector(_S3)), parameters={"used": True}),
        example(_INVOKES, Given(TRAIL, "trail", {"eventSelectors": [{"readWriteType": "WriteOnly"}]})),
        example(_INVOKES, Given(TRAIL, "trail", {"eventSelectors": [{"includeManagementEvents": False}]})),
    ),
)
