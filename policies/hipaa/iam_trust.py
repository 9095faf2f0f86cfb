"""IAM: who may take a role over."""

from model.symbols import ACCOUNT
from model.values import has_unknown
from policies import documents, trust
from policies.case import Case
from policies.examples import Given, example
from policies.rule import Fix, Parameter, Rule
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail, unknown

ROLE = "aws:iam/role:Role"
_PATH = "assumeRolePolicy"


def _trusts(case: Case) -> Verdict:
    value = case.at(_PATH)
    if value is None:
        return NOT_APPLICABLE
    if has_unknown(value):
        case.unknowns.append(_PATH)
    document = documents.read(value, _PATH)
    unclear = [item for item in document.statements if item.unclear]
    if any(not item.allow for item in unclear):
        return _later()  # it may take back what another statement allows
    known = documents.Document(tuple(item for item in document.statements if not item.unclear))
    for statement in trust.open_to_all(known):
        return fail(f"{statement.name} trusts everyone, and no condition limits who", _PATH)
    for statement in trust.open_to_services(known):
        return fail(f"{statement.name} trusts every service that acts for the account: name the service", _PATH)
    for statement, issuer in trust.any_subject(known, case.value("shared_issuers")):
        return fail(f"{statement.name} trusts every token of {issuer}: a condition has to name its subject", _PATH)
    own = trust.own_accounts(case)
    trusted = {*case.value("trusted_accounts"), ACCOUNT}  # a made-up ARN is one of this stack
    for statement, account in trust.outsiders(known, own | trusted):
        if own:
            return fail(f"{statement.name} trusts the account {account} without sts:ExternalId", _PATH)
        return unknown(f"whether {account} is this account is not known: no provider has allowedAccountIds", _PATH)
    return _later() if unclear else PASS


def _later() -> Verdict:
    return unknown("whom it trusts is not known yet", _PATH)


_GITHUB = "token.actions.githubusercontent.com"
_PROVIDER = Given("pulumi:providers:aws", "east", {"region": "us-east-1", "allowedAccountIds": ["111122223333"]})


def _trust(principal: object, action: object = "sts:AssumeRole", **rest: object) -> dict[str, object]:
    return {_PATH: {"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, **rest}]}}


def _github(**conditions: object) -> dict[str, object]:
    provider = {"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}"}
    return _trust(provider, "sts:AssumeRoleWithWebIdentity", Condition=conditions)


_AUDIENCE = {f"{_GITHUB}:aud": "sts.amazonaws.com"}

ASSUME_ROLE = Rule(
    id="iam-assume-role-wildcard",
    pack="hipaa",
    severity="critical",
    level="recommended",
    types=(ROLE,),
    unknown_blocks=False,  # before the first apply, a trust policy with an ARN in it is one unknown text
    what="A role trusts neither everyone, nor another account without an external id, nor every token of an issuer "
    "that all the world gets tokens from.",
    why="Whoever may take a role over has all that it may do: with everyone's principal, or a workflow of any "
    "repository at GitHub, that is anybody.",
    fix=Fix(
        "Name who it is for; add sts:ExternalId for another company's account, and the subject for a token's issuer.",
        python='{"StringEquals": {"token.actions.githubusercontent.com:sub": "repo:clinic/orders:environment:prod"}}',
        yaml="Condition:\n  StringEquals:\n    token.actions.githubusercontent.com:sub: "
        "repo:clinic/orders:environment:prod",
    ),
    parameters=(
        Parameter("trusted_accounts", [], "Other accounts of the same organisation.", "array"),
        Parameter(
            "shared_issuers",
            [_GITHUB, "gitlab.com", "app.terraform.io", "agent.buildkite.com"],
            "Issuers of tokens where anybody can get one: their tokens need a condition on the subject.",
            "array",
        ),
    ),
    check=_trusts,
    passing=(
        _trust({"Service": "ecs-tasks.amazonaws.com"}),
        _trust("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3"}}),
        example(_PROVIDER, Given(ROLE, "worker", _trust({"AWS": "arn:aws:iam::111122223333:root"}))),
        example(
            _PROVIDER,
            Given(
                ROLE, "auditor", _trust({"AWS": "444455556666"}, Condition={"StringEquals": {"sts:ExternalId": "a-17"}})
            ),
        ),
        example(
            _PROVIDER,
            Given(ROLE, "backup", _trust({"AWS": ["arn:aws:iam::444455556666:role/backup"]})),
            parameters={"trusted_accounts": ["444455556666"]},
        ),
        _github(StringEquals={**_AUDIENCE, f"{_GITHUB}:sub": "repo:clinic/orders:ref:refs/heads/main"}),
        _github(StringLike={f"{_GITHUB}:sub": ["repo:clinic/orders:*", "repo:clinic/edge:environment:prod"]}),
        _trust(
            {"Federated": "cognito-identity.amazonaws.com"},
            "sts:AssumeRoleWithWebIdentity",
            Condition={"StringEquals": {"cognito-identity.amazonaws.com:aud": "us-east-1:1234"}},
        ),
        _trust(
            {"Federated": "arn:aws:iam::111122223333:saml-provider/staff"},
            "sts:AssumeRoleWithSAML",
            Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
        ),
    ),
    failing=(
        _trust("*"),
        _trust({"AWS": "*"}),
        _trust({"AWS": ["arn:aws:iam::*:role/deploy"]}),
        _trust("*", Condition={"StringLike": {"aws:PrincipalArn": "*"}}),
        _trust("*", Condition={"StringEquals": {"aws:SourceAccount": "111122223333"}}),
        {_PATH: {"statement": {"effect": "allow", "principal": {"aws": "*"}, "action": "STS:*"}}},
        {
            _PATH: {
                "Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Action": "sts:AssumeRole"}]
            }
        },
        example(_PROVIDER, Given(ROLE, "auditor", _trust({"AWS": "arn:aws:iam::444455556666:root"}))),
        example(
            _PROVIDER,
            Given(ROLE, "auditor", _trust({"AWS": 444455556666}, Condition={"Bool": {"aws:SecureTransport": "true"}})),
        ),
        _github(StringEquals=_AUDIENCE),
        _github(StringLike={**_AUDIENCE, f"{_GITHUB}:sub": "repo:*"}),
        _github(StringLike={f"{_GITHUB}:sub": "repo:*/orders:ref:refs/heads/main"}),
        _github(**{"ForAllValues:StringEquals": {f"{_GITHUB}:sub": "repo:clinic/orders:ref:refs/heads/main"}}),
        _trust({"Federated": f"arn:aws:iam::111122223333:oidc-provider/{_GITHUB}"}, "sts:AssumeRoleWithWebIdentity"),
        _trust({"Federated": "arn:aws:iam::111122223333:oidc-provider/id.clinic.example"}, "sts:*"),
        _trust(
            {"Federated": "arn:aws:iam::111122223333:oidc-provider/gitlab.com"},
            "sts:AssumeRoleWithWebIdentity",
            Condition={"StringLike": {"gitlab.com:sub": "project_path:*:ref_type:branch:ref:main"}},
        ),
        {_PATH: "whoever asks"},
    ),
)
