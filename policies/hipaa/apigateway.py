"""API Gateway: stages of REST APIs."""

from model.resource import Resource
from model.values import UNKNOWN
from policies.asking import ask
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.verdict import Verdict, fail, unknown
from policies.vocabulary import all_of, any_of, by_type, linked_by, one_of, present, true, when

STAGE = "aws:apigateway/stage:Stage"
SETTINGS = "aws:apigateway/methodSettings:MethodSettings"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"
CLASSIC_ASSOCIATION = "aws:wafregional/webAclAssociation:WebAclAssociation"

_LOGS = one_of("settings.loggingLevel", "INFO", "ERROR")
_ALL_METHODS = all_of(one_of("methodPath", "*/*"), _LOGS)


def _logged(case: Case) -> Verdict:
    """A stage logs nothing unless MethodSettings say so; those for `*/*` are for every method."""
    links = case.view.linked(case.resource, SETTINGS, "stageName")
    mine, perhaps = list(links.found), list(links.unclear)
    for item in case.view.of(SETTINGS):
        if item not in mine and item not in perhaps:
            same = _same_stage(case.resource, item)
            (mine if same else perhaps if same is None else []).append(item)
    verdicts = [ask(_ALL_METHODS, case.about(item)) for item in mine]
    for outcome in ("pass", "unknown"):
        for verdict in verdicts:
            if verdict.outcome == outcome:
                return verdict
    if perhaps:
        return unknown(f"whether {perhaps[0].name} is about this stage is not known yet")
    return verdicts[0] if verdicts else fail("no MethodSettings for */* are attached to it, and it logs nothing then")


def _same_stage(stage: Resource, settings: Resource) -> bool | None:
    """By the texts that both were given; None where that is not known."""
    if (settings.depends or {}).get("stageName"):
        return False  # of the stage that it comes from
    pairs = [(stage.at(name), settings.at(name)) for name in ("stageName", "restApi")]
    known = [(one, other) for one, other in pairs if one is not UNKNOWN and other is not UNKNOWN]
    if any(one is None or one != other for one, other in known):
        return False
    return True if len(known) == len(pairs) else None


_STAGE = Given(STAGE, "live", {"stageName": "live", "restApi": "api-1"})


def _settings(path: str = "*/*", **settings: object) -> Given:
    return Given(SETTINGS, "all", {"stageName": ref("live", "stageName"), "methodPath": path, "settings": settings})


EXECUTION_LOGGING = Rule(
    id="apigw-execution-logging",
    pack="hipaa",
    severity="medium",
    types=(SETTINGS, STAGE),
    what="Every method of a stage is logged, errors at least.",
    why="Who called which method, and how it ended, is otherwise known to nobody; a stage logs nothing by default.",
    fix=Fix(
        'Set settings.logging_level to "INFO" or "ERROR" in MethodSettings for the method path "*/*".',
        python=(
            'aws.apigateway.MethodSettings("all", rest_api=api.id, stage_name=stage.stage_name, method_path="*/*", '
            'settings={"logging_level": "INFO"})'
        ),
        yaml=(
            "type: aws:apigateway:MethodSettings\n"
            "properties:\n"
            "  restApi: ${api.id}\n"
            "  stageName: ${stage.stageName}\n"
            '  methodPath: "*/*"\n'
            "  settings: {loggingLevel: INFO}"
        ),
    ),
    check=by_type({SETTINGS: _LOGS, STAGE: _logged}),
    passing=(
        {"settings": {"loggingLevel": "INFO"}},
        {"settings": {"loggingLevel": "ERROR"}},
        example(_STAGE, _settings(loggingLevel="INFO")),
        example(
            _STAGE,
            Given(
                SETTINGS,
                "all",
                {"stageName": "live", "restApi": "api-1", "methodPath": "*/*", "settings": {"loggingLevel": "ERROR"}},
            ),
            note="by its name",
        ),
    ),
    failing=(
        {"settings": {}},
        {"settings": {"loggingLevel": "OFF"}},
        {"settings": {"loggingLevel": None, "metricsEnabled": True}},
        example(_STAGE),
        example(_STAGE, _settings("orders/GET", loggingLevel="INFO"), note="one method only"),
        example(_STAGE, _settings(loggingLevel="OFF")),
    ),
)

CLIENT_CERTIFICATE = Rule(
    id="apigw-client-cert",
    pack="hipaa",
    severity="low",
    types=(STAGE,),
    what="A stage shows its back end a client certificate.",
    why="A back end that cannot tell the gateway from anybody else can be called round it, past its authorizers.",
    fix=Fix(
        "Set client_certificate_id, and let the back end ask for it.",
        python="client_certificate_id=certificate.id",
        yaml="clientCertificateId: ${certificate.id}",
    ),
    check=present("clientCertificateId"),
    passing=(
        example(
            Given("aws:apigateway/clientCertificate:ClientCertificate", "certificate"),
            Given(STAGE, "live", {"clientCertificateId": ref("certificate")}),
        ),
    ),
    failing=({}, {"clientCertificateId": ""}, {"clientCertificateId": None}),
)

WAF = Rule(
    id="apigw-waf",
    pack="hipaa",
    severity="medium",
    scope="stack",
    types=(STAGE,),
    what="A web application firewall stands in front of a stage.",
    why="Injections and known exploits otherwise reach the service itself.",
    fix=Fix(
        "Add a wafv2 WebAclAssociation for the stage.",
        python='aws.wafv2.WebAclAssociation("live", resource_arn=stage.arn, web_acl_arn=firewall.arn)',
        yaml=(
            "type: aws:wafv2:WebAclAssociation\nproperties:\n  resourceArn: ${stage.arn}\n  webAclArn: ${firewall.arn}"
        ),
    ),
    check=any_of(
        linked_by(ASSOCIATION, "resourceArn", lacks="no WebAclAssociation is attached to it"),
        linked_by(CLASSIC_ASSOCIATION, "resourceArn", lacks="none of WAF classic either"),
    ),
    passing=(
        example(_STAGE, Given(ASSOCIATION, "live-waf", {"resourceArn": ref("live", "arn")})),
        example(_STAGE, Given(CLASSIC_ASSOCIATION, "live-waf", {"resourceArn": ref("live", "arn")})),
    ),
    failing=(
        example(_STAGE),
        example(
            Given(STAGE, "test"),
            Given(ASSOCIATION, "test-waf", {"resourceArn": ref("test", "arn")}),
            _STAGE,
            note="the firewall is in front of another",
        ),
    ),
)

CACHE_ENCRYPTED = Rule(
    id="apigw-cache-encrypted",
    pack="hipaa",
    severity="medium",
    types=(SETTINGS,),
    what="Responses that are cached are encrypted.",
    why="A cached response is the record that was asked for, and the cache does not encrypt by default.",
    fix=Fix(
        "Set settings.cache_data_encrypted wherever caching_enabled is set.",
        python='settings={"caching_enabled": True, "cache_data_encrypted": True}',
        yaml="settings:\n  cachingEnabled: true\n  cacheDataEncrypted: true",
    ),
    check=when(true("settings.cachingEnabled"), true("settings.cacheDataEncrypted")),
    passing=(
        {"settings": {"cachingEnabled": True, "cacheDataEncrypted": True}},
        {"settings": {"cachingEnabled": False}},
        {"settings": {"loggingLevel": "INFO"}},
    ),
    failing=(
        {"settings": {"cachingEnabled": True}},
        {"settings": {"cachingEnabled": True, "cacheDataEncrypted": False}},
        {"settings": {"cachingEnabled": "true", "cacheDataEncrypted": "false"}},
        {"settings": {"cachingEnabled": True, "cacheDataEncrypted": None}},
    ),
)
