"""Words for properties that hold a policy document: what it may not allow, and what it has to deny."""

from model.values import has_unknown
from policies import documents
from policies.case import Case, Check
from policies.key_access import with_any_key
from policies.verdict import NOT_APPLICABLE, PASS, Verdict, fail


def _document(case: Case, path: str) -> documents.Document | None:
    value = case.at(path)
    if value is None:
        return None
    if has_unknown(value):
        case.unknowns.append(case.where(path))  # for the message, should it matter
    return documents.read(value, case.where(path))


def not_public(path: str) -> Check:
    """Nothing is allowed to anyone (`*`, any account, `NotPrincipal`) without a condition that limits who."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is None:
            return NOT_APPLICABLE
        public = document.public()
        if public:
            return fail(
                f"{public[0].name} allows anyone, and no condition limits who: name the accounts, roles or services, "
                "or add a condition such as aws:PrincipalOrgID or aws:SourceAccount",
                case.where(path),
            )
        return PASS

    return check


def not_everything(path: str) -> Check:
    """No statement allows every action on every resource (`*`, `*:*`, `NotAction`)."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is None:
            return NOT_APPLICABLE
        found = document.everything()
        if found:
            how = "NotAction allows all that it does not name" if found[0].not_actions else "every action"
            return fail(f"{found[0].name} allows every action on every resource ({how})", case.where(path))
        return PASS

    return check


def no_service_wildcard(path: str, exceptions: str) -> Check:
    """No statement allows all of a service (`s3:*`) or more; `exceptions` is the parameter of services that it may."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is None:
            return NOT_APPLICABLE
        found = document.service_wildcards(case.value(exceptions))
        if found:
            statement, action = found[0]
            return fail(f"{statement.name} allows {action}: name the actions that are needed", case.where(path))
        return PASS

    return check


def not_any_key(path: str, actions: str) -> Check:
    """None of the parameter `actions` is allowed with whatever KMS key there is."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is None:
            return NOT_APPLICABLE
        found = with_any_key(document, case.value(actions))
        if found:
            statement, action = found[0]
            return fail(f"{statement.name} allows {action} with every key: name the keys", case.where(path))
        return PASS

    return check


def tls_only(path: str, action: str, *, objects: bool = False) -> Check:
    """It denies to everyone what comes without TLS: all of `action`, such as `s3:*`.

    `objects`: both the resource and what is in it (`bucket/*`) have to be named.
    """

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is not None and document.refuses_plain_transport(action, objects=objects):
            return PASS
        both = " on the bucket and its objects" if objects else ""
        return fail(f"it does not deny {action} to everyone{both} when aws:SecureTransport is false", case.where(path))

    return check


def no_wildcard(path: str, service: str) -> Check:
    """No statement allows all of a service (`sqs:*`, or what is wider: `*`, `NotAction`)."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is None:
            return NOT_APPLICABLE
        for statement, action in document.service_wildcards():
            if statement.not_actions or action.partition(":")[0] in (service, "*"):
                return fail(f"{statement.name} allows {action}; name the actions that are needed", case.where(path))
        return PASS

    return check


def kept_from_everyone(path: str, action: str) -> Check:
    """It denies an action on every resource to everyone, or to everyone but roles or users that it names."""

    def check(case: Case) -> Verdict:
        document = _document(case, path)
        if document is not None and document.denies(action):
            return PASS
        return fail(f"it does not deny {action} to everyone", case.where(path))

    return check
