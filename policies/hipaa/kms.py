"""KMS: keys and who may use them."""

from policies.rule import Fix, Rule
from policies.vocabulary import one_of, true, when

KEY = "aws:kms/key:Key"

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
