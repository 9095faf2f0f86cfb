"""KMS: keys and who may use them."""

from policies.access import not_public
from policies.examples import Given
from policies.rule import Fix, Parameter, Rule
from policies.vocabulary import at_least, by_type, not_false, not_true, one_of, param, true, when

KEY = "aws:kms/key:Key"
REPLICA = "aws:kms/replicaKey:ReplicaKey"
EXTERNAL = "aws:kms/externalKey:ExternalKey"
KEY_POLICY = "aws:kms/keyPolicy:KeyPolicy"
KEYS = (KEY, REPLICA, EXTERNAL)

ROTATION = Rule(
    id="kms-rotation",
    pack="hipaa",
    severity="high",
    types=(KEY,),
    what="A symmetric encryption key is rotated every year.",
    why="The longer one key material is used, the more a leak of it reveals.",
    fix=Fix("Set enable_key_rotation.", python="enable_key_rotation=True", yaml="enableKeyRotation: true"),
    # AWS rotates neither asymmetric nor HMAC keys, nor keys from a custom key store.
    check=when(
        one_of("customerMasterKeySpec", "SYMMETRIC_DEFAULT", or_absent=True),
        true("enableKeyRotation"),
    ),
    passing=({"enableKeyRotation": True}, {"customerMasterKeySpec": "RSA_2048", "keyUsage": "SIGN_VERIFY"}),
    failing=({}, {"enableKeyRotation": False}, {"customerMasterKeySpec": "SYMMETRIC_DEFAULT"}),
)

DELETION_WINDOW = Rule(
    id="kms-deletion-window",
    pack="hipaa",
    severity="medium",
    types=KEYS,
    what="A key that is to be deleted is kept for 30 days first.",
    why="With the key goes everything that it encrypted; the waiting time is the only chance to notice and to stop it.",
    fix=Fix(
        "Remove deletion_window_in_days (30 is the default), or set it to 30.",
        python="deletion_window_in_days=30",
        yaml="deletionWindowInDays: 30",
    ),
    parameters=(Parameter("min_days", 30, "How many days a key is kept at least.", "integer", minimum=7, maximum=30),),
    check=at_least("deletionWindowInDays", param("min_days"), or_absent=True),
    passing=({}, {"deletionWindowInDays": 30}, Given(REPLICA, "copy", {})),
    failing=({"deletionWindowInDays": 29}, Given(REPLICA, "copy", {"deletionWindowInDays": 7})),
)


def _allow(principal: object, **rest: object) -> dict[str, object]:
    return {
        "policy": {
            "Statement": [{"Effect": "Allow", "Principal": principal, "Action": "kms:*", "Resource": "*", **rest}]
        }
    }


POLICY_NOT_PUBLIC = Rule(
    id="kms-policy-not-public",
    pack="hipaa",
    severity="critical",
    level="recommended",
    types=(*KEYS, KEY_POLICY),
    unknown_blocks=False,  # policies hold ARNs that a first preview does not know
    what="A key's policy allows nothing to everybody.",
    why="The key policy is the last word on who decrypts; a wildcard in it opens everything that the key protects.",
    fix=Fix(
        "Name the accounts or roles, or add a condition such as kms:CallerAccount.",
        python='{"Effect": "Allow", "Principal": {"AWS": role.arn}, "Action": "kms:Decrypt", "Resource": "*"}',
        yaml="Principal: {AWS: '${role.arn}'}",
    ),
    check=not_public("policy"),
    passing=(
        _allow({"AWS": "arn:aws:iam::111122223333:root"}),
        _allow("*", Condition={"StringEquals": {"kms:CallerAccount": "111122223333"}}),
        {},
    ),
    failing=(
        _allow("*"),
        _allow({"AWS": "*"}, Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}),
        Given(KEY_POLICY, "policy", _allow("*")),
        Given(REPLICA, "copy", _allow("*")),
    ),
)

ENABLED = Rule(
    id="kms-enabled",
    pack="hipaa",
    severity="low",
    level="recommended",
    types=KEYS,
    what="No key of the program is disabled.",
    why="Nothing that a disabled key encrypted can be read, a database among it.",
    fix=Fix("Remove is_enabled, or set it to true.", python="is_enabled=True", yaml="isEnabled: true"),
    check=by_type({KEY: not_false("isEnabled"), REPLICA: not_false("enabled"), EXTERNAL: not_false("enabled")}),
    passing=({}, {"isEnabled": True}, Given(REPLICA, "copy", {"enabled": True})),
    failing=({"isEnabled": False}, Given(REPLICA, "copy", {"enabled": False})),
)

NO_LOCKOUT_BYPASS = Rule(
    id="kms-no-lockout-bypass",
    pack="hipaa",
    severity="medium",
    level="recommended",
    types=(*KEYS, KEY_POLICY),
    what="No key skips the check that somebody can still manage it.",
    why="A policy that shuts everybody out can not be changed any more, by nobody, and only AWS Support may help.",
    fix=Fix(
        "Remove bypass_policy_lockout_safety_check.",
        python="bypass_policy_lockout_safety_check=False",
        yaml="bypassPolicyLockoutSafetyCheck: false",
    ),
    check=not_true("bypassPolicyLockoutSafetyCheck"),
    passing=({}, {"bypassPolicyLockoutSafetyCheck": False}),
    failing=(
        {"bypassPolicyLockoutSafetyCheck": True},
        Given(KEY_POLICY, "policy", {"bypassPolicyLockoutSafetyCheck": True}),
    ),
)
