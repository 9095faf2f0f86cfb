"""Cloudflare: records of what the edge saw."""

from model.values import UNKNOWN, UnknownMet, truth
from policies.asking import ask
from policies.case import Case, Check
from policies.edge import BALANCER, RECORD, in_every_zone
from policies.edge_logs import JOB, buckets, dataset, fields, sink
from policies.examples import Given, example, joined, ref
from policies.rule import Fix, Parameter, Rule
from policies.sinks import BUCKET
from policies.sizes import listed
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail
from policies.vocabulary import any_of, linked_by, present

R2_BUCKET = "cloudflare:index/r2Bucket:R2Bucket"
ENCRYPTION = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"

_EDGE = Given(BALANCER, "edge", {"zoneId": "a-zone", "proxied": True, "name": "app.example.com"})
_SINK = "s3://a-bucket/edge?region=us-east-2&sse=AES256"


def _job(name: str, dataset: object, **other: object) -> Given:
    given = {"zoneId": "a-zone", "dataset": dataset, "enabled": True, "destinationConf": _SINK, **other}
    return Given(JOB, name, given)


def _in_each_zone(case: Case) -> Verdict:
    """Every dataset that is asked for is sent by an enabled job of each zone."""
    if not truth(case.value("offered")):
        return NOT_APPLICABLE
    verdicts = [
        in_every_zone(JOB, _sends(str(wanted)), f"LogpushJob that is enabled and sends {wanted}")(case)
        for wanted in case.value("datasets")
    ]
    for outcome in ("fail", "unknown", "pass"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return verdict
    return NOT_APPLICABLE


def _sends(wanted: str) -> Check:
    def sends(case: Case) -> Verdict:
        if dataset(case) != wanted.strip().lower():
            return NOT_APPLICABLE
        enabled = case.at("enabled")
        return PASS if truth(enabled) else fail("enabled is not true", "enabled")

    return sends


LOGPUSH = Rule(
    id="cf-logpush",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    once=True,
    types=(JOB,),
    what="What the edge saw and what it refused is sent to a store of one's own.",
    why="Cloudflare keeps request logs for days; who looked at what has to be told for years.",
    fix=Fix(
        "Declare an enabled LogpushJob for http_requests and one for firewall_events (an Enterprise plan has it; "
        "without one set the rule's parameter offered to false, and keep the load balancer's logs).",
        python='cloudflare.LogpushJob("requests", zone_id=zone_id, dataset="http_requests", enabled=True, '
        'destination_conf="s3://bucket/edge?region=us-east-2&sse=AES256")',
        yaml="type: cloudflare:LogpushJob\nproperties:\n  zoneId: ${zone.id}\n  dataset: http_requests\n"
        "  enabled: true\n  destinationConf: s3://bucket/edge?region=us-east-2&sse=AES256",
    ),
    parameters=(
        Parameter("datasets", ["http_requests", "firewall_events"], "What has to be sent from each zone.", "array"),
        Parameter("offered", True, "Whether the zones' plan has Logpush at all; only Enterprise does.", "boolean"),
    ),
    check=_in_each_zone,
    passing=(
        example(_EDGE, _job("requests", "http_requests"), _job("events", "firewall_events")),
        example(_EDGE, _job("requests", None), parameters={"datasets": ["http_requests"]}),
        example(_EDGE, parameters={"offered": False}),
        example(Given(RECORD, "mail", {"type": "MX"})),
    ),
    failing=(
        example(_EDGE),
        example(_EDGE, _job("requests", "http_requests")),
        example(_EDGE, _job("requests", "http_requests"), _job("events", "firewall_events", enabled=False)),
        example(_EDGE, _job("requests", "http_requests"), _job("events", "firewall_events", enabled=None)),
        example(_EDGE, _job("requests", "http_requests", zoneId="another-zone"), _job("events", "firewall_events")),
        example(_EDGE, _job("dns", "dns_logs"), parameters={"datasets": ["http_requests"]}),
    ),
)

_ENCRYPTED = any_of(
    linked_by(
        ENCRYPTION,
        "bucket",
        present("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm"),
        lacks="no BucketServerSideEncryptionConfiguration is attached to the bucket",
    ),
    present("serverSideEncryptionConfiguration.rule.applyServerSideEncryptionByDefault.sseAlgorithm"),
)


def _kept_encrypted(case: Case) -> Verdict:
    value = case.at("destinationConf")
    text = None if value is UNKNOWN else str(value or "")
    found = None if text is None else sink(text)
    if text is not None:
        if listed(text, case.value("trusted")):
            return PASS
        if found is None:
            return fail("destinationConf is no address", "destinationConf")
        # R2 encrypts whatever is written to it, with no setting to the contrary.
        if found.scheme == "r2" or (found.scheme == "s3" and found.query.get("sse", [""])[0]):
            return PASS
    if buckets(case.view, case.resource, R2_BUCKET, found):
        return PASS
    verdicts = [ask(_ENCRYPTED, case.about(one)) for one in buckets(case.view, case.resource, BUCKET, found)]
    for outcome in ("pass", "unknown", "fail"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return PASS if outcome == "pass" else Verdict(verdict.outcome, verdict.message, "destinationConf")
    if text is None or any(one.at("bucket") is UNKNOWN for one in case.view.of(BUCKET)):
        raise UnknownMet("destinationConf")
    return fail(
        "destinationConf has no sse, and names no bucket of this stack that is encrypted; nothing shows that what is "
        "written there is",
        "destinationConf",
    )


_BUCKET = Given(BUCKET, "edge-logs", {"bucket": "edge-logs-bucket"})
_BUCKET_ENCRYPTION = Given(
    ENCRYPTION,
    "encryption",
    {
        "bucket": ref("edge-logs"),
        "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}],
    },
)
_INTO_BUCKET = _job(
    "requests", "http_requests", destinationConf=joined("s3://", ref("edge-logs", "bucket"), "/edge?region=us-east-2")
)

ENCRYPTED_SINK = Rule(
    id="cf-logpush-encrypted-sink",
    pack="hipaa",
    severity="medium",
    scope="stack",
    level="recommended",
    types=(JOB,),
    what="What the edge sends is encrypted where it is kept.",
    why="Request logs hold addresses and paths, and together they say who was treated for what.",
    fix=Fix(
        "Add sse=AES256 to an S3 address, or write to a bucket of the stack whose encryption is declared.",
        python='destination_conf="s3://bucket/edge?region=us-east-2&sse=AES256"',
        yaml="destinationConf: s3://bucket/edge?region=us-east-2&sse=AES256",
    ),
    parameters=(
        Parameter(
            "trusted",
            [],
            "Other destinations that are known to encrypt, such as gs://a-bucket/*; * is anything.",
            "array",
        ),
    ),
    check=_kept_encrypted,
    passing=(
        {"destinationConf": _SINK},
        {"destinationConf": "r2://a-bucket/edge?account-id=a"},
        example(_BUCKET, _BUCKET_ENCRYPTION, _INTO_BUCKET),
        example(
            _BUCKET,
            _BUCKET_ENCRYPTION,
            _job("requests", "http_requests", destinationConf="s3://edge-logs-bucket/edge?region=us-east-2"),
            note="by the bucket's name",
        ),
        example(
            _job("requests", "http_requests", destinationConf="gs://a-bucket/edge"),
            parameters={"trusted": ["gs://a-bucket/*"]},
        ),
    ),
    failing=(
        {"destinationConf": "s3://a-bucket/edge?region=us-east-2"},
        {"destinationConf": "s3://a-bucket/edge?region=us-east-2&sse="},
        {"destinationConf": "https://logs.example.net/in?header_Authorization=x"},
        {"destinationConf": "gs://a-bucket/edge"},
        {"destinationConf": "a-bucket"},
        {},
        example(_BUCKET, _INTO_BUCKET, note="the bucket's encryption is not declared"),
        example(
            _BUCKET,
            Given(BUCKET, "other"),
            Given(ENCRYPTION, "encryption", {**_BUCKET_ENCRYPTION.props, "bucket": ref("other")}),
            _INTO_BUCKET,
        ),
    ),
)


def _no_phi(case: Case) -> Verdict:
    if case.classification != "phi":
        return NOT_APPLICABLE
    forbidden = {str(name).strip().lower() for name in case.value("forbidden")}
    template = case.at("outputOptions.recordTemplate")
    if template is UNKNOWN:
        raise UnknownMet("outputOptions.recordTemplate")
    named = fields(case)
    sent = next((name for name in named or () if name.lower() in forbidden), None)
    if sent is None and template:
        sent = next((name for name in case.value("forbidden") if f".{name}".lower() in str(template).lower()), None)
    if sent is not None:
        return fail(f"it sends the field {sent}, which may hold PHI", "outputOptions.fieldNames")
    if named is None:
        return fail("outputOptions.fieldNames is not set: it has to name what is sent", "outputOptions.fieldNames")
    return PASS


REDACTED = Rule(
    id="cf-logpush-redact",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(JOB,),
    what="What the edge sends holds neither queries nor cookies nor headers.",
    why="A query such as ?name=… is PHI, a cookie opens a session, and a log is read by many.",
    fix=Fix(
        "Name the fields in output_options.field_names: ClientRequestPath instead of ClientRequestURI.",
        python='output_options={"field_names": ["RayID", "ClientRequestPath", "EdgeResponseStatus"]}',
        yaml="outputOptions:\n  fieldNames: [RayID, ClientRequestPath, EdgeResponseStatus]",
    ),
    parameters=(
        Parameter(
            "forbidden",
            [
                "ClientRequestURI",
                "ClientRequestQuery",
                "ClientRequestReferer",
                "ClientRefererQuery",
                "Cookies",
                "RequestHeaders",
                "ResponseHeaders",
                "RequestBody",
                "ResponseBody",
                "URL",
            ],
            "Fields that are not sent.",
            "array",
        ),
    ),
    check=_no_phi,
    passing=(
        {"outputOptions": {"fieldNames": ["RayID", "ClientRequestPath"]}},
        {"logpullOptions": "fields=RayID,ClientRequestPath&timestamps=rfc3339"},
        example(
            _job("requests", "http_requests", outputOptions={"fieldNames": ["RayID", "Cookies"]}),
            parameters={"forbidden": ["ClientRequestURI"]},
        ),
    ),
    failing=(
        {},
        {"outputOptions": {"timestampFormat": "rfc3339"}},
        {"outputOptions": {"fieldNames": ["RayID", "ClientRequestURI"]}},
        {"outputOptions": {"fieldNames": ["cookies"]}},
        {"outputOptions": {"fieldNames": ["RayID"], "recordTemplate": "{{.RayID}} {{.ClientRequestURI}}"}},
        {"logpullOptions": "fields=RayID,ClientRequestURI&timestamps=rfc3339"},
    ),
)
