"""Bedrock: guardrails."""

from policies.case import Check
from policies.rule import Fix, Rule
from policies.vocabulary import absent, all_of, any_of, none_of, not_false, one_of, some

GUARDRAIL = "aws:bedrock/guardrail:Guardrail"
_POLICY = "sensitiveInformationPolicyConfig"


def _works(side: str) -> Check:
    """A filter blocks or masks what it finds on a side, `input` or `output`; `action` is for what is not said there."""
    return all_of(
        not_false(f"{side}Enabled"),
        any_of(
            one_of(f"{side}Action", "BLOCK", "ANONYMIZE"), all_of(absent(f"{side}Action"), none_of("action", "NONE"))
        ),
    )


_LACKS = "no filter of it blocks or masks anything"
_WORKS = any_of(_works("input"), _works("output"))


def _pii(**filter: object) -> dict[str, object]:
    return {_POLICY: {"piiEntitiesConfigs": [{"type": "US_SOCIAL_SECURITY_NUMBER", **filter}]}}


PII = Rule(
    id="bedrock-guardrail-pii",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=(GUARDRAIL,),
    what="A guardrail blocks or masks sensitive information.",
    why="What a model is told, and what it repeats to the next one who asks, is then de-identified at its door.",
    fix=Fix(
        "Set sensitive_information_policy_config with the kinds of identifiers that are to be masked.",
        python='sensitive_information_policy_config={"pii_entities_configs": '
        '[{"type": "US_SOCIAL_SECURITY_NUMBER", "action": "ANONYMIZE"}]}',
        yaml="sensitiveInformationPolicyConfig:\n  piiEntitiesConfigs:\n"
        "    - {type: US_SOCIAL_SECURITY_NUMBER, action: ANONYMIZE}",
    ),
    check=any_of(
        some(f"{_POLICY}.piiEntitiesConfigs", _WORKS, _LACKS), some(f"{_POLICY}.regexesConfigs", _WORKS, _LACKS)
    ),
    passing=(
        _pii(action="ANONYMIZE"),
        _pii(action="BLOCK", inputAction="NONE", outputAction="ANONYMIZE"),
        {_POLICY: {"regexesConfigs": [{"name": "mrn", "pattern": "MRN-[0-9]+", "action": "ANONYMIZE"}]}},
    ),
    failing=(
        {},
        {_POLICY: None},
        {_POLICY: {"piiEntitiesConfigs": []}},
        {"contentPolicyConfig": {"filtersConfigs": [{"type": "HATE", "inputStrength": "HIGH"}]}},
        _pii(action="NONE"),
        _pii(action="BLOCK", inputEnabled=False, outputEnabled=False),
        _pii(action="BLOCK", inputAction="NONE", outputAction="NONE"),
    ),
)
