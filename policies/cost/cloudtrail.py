"""CloudTrail: events that are paid for twice."""

from collections import Counter

from model.resource import Resource
from model.values import UNKNOWN, UnknownMet, objects, truth
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Rule
from policies.verdict import PASS, Verdict, fail

TRAIL = "aws:cloudtrail/trail:Trail"


def _manages(trail: Resource) -> bool:
    """Whether it records management events; a trail does where nothing else is said. Raises UnknownMet."""
    if truth(trail.at("enableLogging")) is False:
        return False
    advanced = objects(trail.at("advancedEventSelectors[*]"))
    if advanced:
        return any(
            _text(field.get("field")) == "eventcategory" and "management" in _texts(field.get("equals"))
            for selector in advanced
            for field in objects(selector.get("fieldSelectors"))
        )
    basic = objects(trail.at("eventSelectors[*]"))
    return not basic or any(truth(item.get("includeManagementEvents")) is not False for item in basic)


def _text(value: object) -> str:
    if value is UNKNOWN:
        raise UnknownMet
    return str(value).strip().lower()


def _texts(value: object) -> list[str]:
    return [_text(item) for item in (value if isinstance(value, list) else [value])]


def _once(case: Case) -> Verdict:
    trails = [trail for trail in case.view.of(TRAIL) if _manages(trail)]
    everywhere = [trail for trail in trails if truth(trail.at("isMultiRegionTrail")) is True]
    single = Counter(_text(case.view.region(trail)) for trail in trails if trail not in everywhere)
    copies = len(everywhere) + max(single.values(), default=0)
    if copies > 1:
        return fail(
            f"management events are recorded by {copies} trails in one region: only the first copy is free; "
            "leave them out of the others"
        )
    return PASS


_ALL = {"isMultiRegionTrail": True}
_DATA_ONLY = {
    "advancedEventSelectors": [{"fieldSelectors": [{"field": "eventCategory", "equals": ["Data"]}]}],
}

DUPLICATES = Rule(
    id="cost-cloudtrail-duplicates",
    pack="cost",
    severity="medium",
    scope="stack",
    once=True,
    types=(TRAIL,),
    what="Management events are recorded by one trail.",
    why="The first copy of management events is free; each further one is paid for by the event, and holds the same.",
    fix=Fix(
        "Keep one multi-region trail for management events; let another one record data events only.",
        python=(
            'advanced_event_selectors=[{"field_selectors": [{"field": "eventCategory", "equals": ["Data"]}, '
            '{"field": "resources.type", "equals": ["AWS::S3::Object"]}]}]'
        ),
        yaml=(
            "advancedEventSelectors:\n"
            "  - fieldSelectors:\n"
            "      - {field: eventCategory, equals: [Data]}\n"
            "      - {field: resources.type, equals: ['AWS::S3::Object']}"
        ),
    ),
    # One trail of HIPAA's is one copy: the two packs do not meet here.
    check=_once,
    passing=(
        example(Given(TRAIL, "all", _ALL)),
        example(),
        example(Given(TRAIL, "all", _ALL), Given(TRAIL, "objects", {**_ALL, **_DATA_ONLY})),
        example(
            Given(TRAIL, "all", _ALL),
            Given(TRAIL, "objects", {"eventSelectors": [{"includeManagementEvents": False}]}),
        ),
        example(Given(TRAIL, "all", _ALL), Given(TRAIL, "old", {**_ALL, "enableLogging": False})),
        example(Given(TRAIL, "east", {"region": "us-east-1"}), Given(TRAIL, "west", {"region": "us-west-2"})),
    ),
    failing=(
        example(Given(TRAIL, "all", _ALL), Given(TRAIL, "again", _ALL)),
        example(Given(TRAIL, "all", _ALL), Given(TRAIL, "east", {"isMultiRegionTrail": False, "region": "us-east-1"})),
        example(Given(TRAIL, "one", {"region": "us-east-1"}), Given(TRAIL, "two", {"region": "us-east-1"})),
        example(
            Given(TRAIL, "all", {"isMultiRegionTrail": "true"}),
            Given(TRAIL, "again", {**_ALL, "eventSelectors": {"readWriteType": "All"}, "enableLogging": None}),
        ),
    ),
)
