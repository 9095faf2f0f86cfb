"""IAM: the account's rules for passwords. Asked where a stack declares what an account has once."""

from policies.case import Check
from policies.declared import declares
from policies.examples import example
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import all_of, at_least, at_most, param, true

PASSWORDS = "aws:iam/accountPasswordPolicy:AccountPasswordPolicy"


def _declared(check: Check) -> Check:
    # Without one, AWS asks for eight characters and nothing else.
    return declares(PASSWORDS, check, lacks="the stack declares no AccountPasswordPolicy")


LENGTH = Rule(
    id="iam-password-length",
    pack="hipaa",
    severity="medium",
    scope="account",
    once=True,
    types=(PASSWORDS,),
    what="Passwords of the account's users have at least 14 characters.",
    why="A short password is guessed from its hash, or from a list, in hours.",
    fix=Fix(
        "Declare an AccountPasswordPolicy, and set minimum_password_length to 14 or more.",
        python="minimum_password_length=14",
        yaml="minimumPasswordLength: 14",
    ),
    parameters=(Parameter("min_length", 14, "Fewest characters.", "integer", minimum=6, maximum=128),),
    check=_declared(at_least("minimumPasswordLength", param("min_length"))),
    passing=({"minimumPasswordLength": 14}, {"minimumPasswordLength": 128}),
    failing=(example(), {}, {"minimumPasswordLength": 13}, {"minimumPasswordLength": "long"}),
)

_KINDS = {
    "requireLowercaseCharacters": True,
    "requireUppercaseCharacters": True,
    "requireNumbers": True,
    "requireSymbols": True,
}

COMPLEXITY = Rule(
    id="iam-password-complexity",
    pack="hipaa",
    severity="low",
    scope="account",
    once=True,
    types=(PASSWORDS,),
    what="Passwords of the account's users have lower and upper case, a digit and a symbol.",
    why="Fewer kinds of characters are fewer guesses.",
    fix=Fix(
        "Set all four of require_lowercase_characters, require_uppercase_characters, require_numbers, require_symbols.",
        python="require_lowercase_characters=True, require_uppercase_characters=True, require_numbers=True, "
        "require_symbols=True",
        yaml="requireLowercaseCharacters: true\nrequireUppercaseCharacters: true\nrequireNumbers: true\n"
        "requireSymbols: true",
    ),
    check=_declared(all_of(*(true(name) for name in _KINDS))),
    passing=(_KINDS,),
    failing=(
        example(),
        {},
        *({**_KINDS, name: False} for name in _KINDS),
        {name: on for name, on in _KINDS.items() if name != "requireSymbols"},
    ),
)

REUSE = Rule(
    id="iam-password-reuse",
    pack="hipaa",
    severity="low",
    scope="account",
    once=True,
    types=(PASSWORDS,),
    what="None of a user's last 24 passwords can be used again.",
    why="Whoever has an old password has the new one, where it is an old one again.",
    fix=Fix(
        "Set password_reuse_prevention to 24, the most that AWS remembers.",
        python="password_reuse_prevention=24",
        yaml="passwordReusePrevention: 24",
    ),
    parameters=(Parameter("remembered", 24, "How many old passwords are refused.", "integer", minimum=1, maximum=24),),
    check=_declared(at_least("passwordReusePrevention", param("remembered"))),
    passing=({"passwordReusePrevention": 24},),
    failing=(example(), {}, {"passwordReusePrevention": 23}, {"passwordReusePrevention": 0}),
)

EXPIRY = Rule(
    id="iam-password-expiry",
    pack="hipaa",
    severity="low",
    scope="account",
    once=True,
    types=(PASSWORDS,),
    what="Passwords of the account's users expire within 90 days.",
    why="A password that leaked unnoticed ends with its term.",
    fix=Fix("Set max_password_age to 90 or less.", python="max_password_age=90", yaml="maxPasswordAge: 90"),
    parameters=(Parameter("max_days", 90, "Longest term in days.", "integer", minimum=1, maximum=1095),),
    # Zero means that they never expire.
    check=_declared(all_of(at_least("maxPasswordAge", 1), at_most("maxPasswordAge", param("max_days")))),
    passing=({"maxPasswordAge": 90}, {"maxPasswordAge": 1}),
    failing=(example(), {}, {"maxPasswordAge": 91}, {"maxPasswordAge": 0}),
)
