"""Cloudflare R2: where objects are kept."""

from model.values import UNKNOWN, UnknownMet
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.sizes import listed
from policies.verdict import PASS, Verdict, fail

BUCKET = "cloudflare:index/r2Bucket:R2Bucket"


def _placed(case: Case) -> Verdict:
    """In a jurisdiction or a location that is allowed, and known to hold no PHI: a bucket of R2 has no tags."""
    jurisdiction, location, name = case.at("jurisdiction"), case.at("location"), case.at("name")
    if jurisdiction is UNKNOWN or location is UNKNOWN:
        raise UnknownMet("location")
    bound = str(jurisdiction or "default").strip().lower()
    where = str(location or "").strip().lower()
    # A jurisdiction is a promise, a location a hint; without either the bucket stands near whoever makes it.
    if bound != "default":
        if not listed(bound, case.value("jurisdictions")):
            return fail(f"jurisdiction is {bound}, which is not among those allowed", "jurisdiction")
    elif not where:
        return fail("neither jurisdiction nor location is set: the bucket may stand anywhere", "location")
    elif not listed(where, case.value("locations")):
        return fail(f"location is {where}, which is not among those allowed", "location")
    if name is UNKNOWN:
        raise UnknownMet("name")
    if not listed(str(name), case.value("without_phi")):
        return fail("it is not named among the buckets that hold no PHI (or are covered by an agreement)", "name")
    return PASS


def _bucket(name: str, **props: object) -> Given:
    return Given(BUCKET, "bucket", {"name": name, **props})


_CLASSIFIED = {"without_phi": ["assets-*"]}

LOCATION = Rule(
    id="cf-r2-location",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(BUCKET,),
    what="A bucket of R2 stands where it may, and somebody has said that it holds no PHI.",
    why="What is outside the business associate agreement must not hold PHI, and a bucket of R2 has no tag to say so.",
    fix=Fix(
        "Set location (or jurisdiction), and name the bucket in the rule's parameter without_phi.",
        python='name="assets-clinic", location="enam"',
        yaml="name: assets-clinic\nlocation: enam",
    ),
    parameters=(
        Parameter("locations", ["enam", "wnam"], "Locations that a bucket may have; * stands for anything.", "array"),
        Parameter("jurisdictions", ["fedramp"], "Jurisdictions that a bucket may have.", "array"),
        Parameter(
            "without_phi", [], "Names of buckets that hold no PHI, or that an agreement covers; * is anything.", "array"
        ),
    ),
    check=_placed,
    passing=(
        example(_bucket("assets-clinic", location="ENAM"), parameters=_CLASSIFIED),
        example(_bucket("assets-clinic", jurisdiction="fedramp"), parameters=_CLASSIFIED),
        example(
            _bucket("assets-eu", jurisdiction="eu"), parameters={**_CLASSIFIED, "jurisdictions": ["eu", "fedramp"]}
        ),
    ),
    failing=(
        _bucket("assets-clinic", location="enam"),
        example(_bucket("documents", location="enam"), parameters=_CLASSIFIED),
        example(_bucket("assets-clinic"), parameters=_CLASSIFIED),
        example(_bucket("assets-clinic", location="apac"), parameters=_CLASSIFIED),
        example(_bucket("assets-clinic", jurisdiction="eu"), parameters=_CLASSIFIED),
        example(_bucket("assets-clinic", jurisdiction="default"), parameters=_CLASSIFIED),
    ),
)
