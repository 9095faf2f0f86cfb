"""What an account, or an account in a region, has once."""

from sandbox.providers.aws.convert import Field
from sandbox.providers.aws.row import At, Call, Change, Row
from sandbox.providers.plain import Plain
from sandbox.providers.rules import InPlace

PASSWORDS = (
    "allowUsersToChangePassword",
    "hardExpiry",
    "maxPasswordAge",
    "minimumPasswordLength",
    "passwordReusePrevention",
    "requireLowercaseCharacters",
    "requireNumbers",
    "requireSymbols",
    "requireUppercaseCharacters",
)
BUCKETS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _passwords(at: At) -> str:
    given = {name[0].upper() + name[1:]: at.inputs[name] for name in PASSWORDS if at.inputs.get(name) is not None}
    at.call("update_account_password_policy", **given)
    return "iam-account-password-policy"


def _change_passwords(at: At) -> None:
    _passwords(at)


def _volumes(at: At) -> str:
    _change_volumes(at)
    return f"encryption-{at.subject.region}"


def _change_volumes(at: At) -> None:
    on = at.inputs.get("enabled", True)
    at.call("enable_ebs_encryption_by_default" if on else "disable_ebs_encryption_by_default")


ROWS = (
    Row(
        type="aws:iam/accountPasswordPolicy:AccountPasswordPolicy",
        service="iam",
        verb_noun="IAM Account Password Policy",
        create=_passwords,
        read=Call("get_account_password_policy", answer="PasswordPolicy"),
        gone=("NoSuchEntity",),
        delete=Call("delete_account_password_policy"),
        changes=(Change(PASSWORDS, "aws api: UpdateAccountPasswordPolicy", _change_passwords),),
        defaults={"allowUsersToChangePassword": True},
        computed=PASSWORDS,
    ),
    Row(
        type="aws:ebs/encryptionByDefault:EncryptionByDefault",
        service="ec2",
        verb_noun="EBS Encryption by Default",
        create=_volumes,
        read=Call("get_ebs_encryption_by_default"),
        delete=Call("disable_ebs_encryption_by_default"),
        changes=(Change(("enabled",), "aws api: EnableEbsEncryptionByDefault", _change_volumes),),
        fields={"enabled": Field(found="EbsEncryptionByDefault")},
        defaults={"enabled": True},
    ),
)
PLAIN = (
    Plain(
        type="aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",
        id="{account}",
        in_place=(InPlace(BUCKETS, "aws api: PutPublicAccessBlock"),),
        defaults=dict.fromkeys(BUCKETS, False),
        computed=("accountId",),
        fixed=("accountId",),
    ),
    Plain(
        type="aws:ebs/snapshotBlockPublicAccess:SnapshotBlockPublicAccess",
        id="{region}",
        in_place=(InPlace(("state",), "aws api: EnableSnapshotBlockPublicAccess"),),
    ),
    Plain(
        type="aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",
        id="{region}",
        in_place=(
            InPlace(
                ("httpEndpoint", "httpPutResponseHopLimit", "httpTokens", "instanceMetadataTags"),
                "aws api: ModifyInstanceMetadataDefaults",
            ),
        ),
        computed=("httpEndpoint", "instanceMetadataTags"),
    ),
    Plain(
        type="aws:accessanalyzer/analyzer:Analyzer",
        tagged=True,
        id="{analyzerName}",
        outputs={"arn": "arn:aws:access-analyzer:{region}:{account}:analyzer/{id}"},
        in_place=(InPlace(("configuration",), "aws api: UpdateAnalyzer"),),
        defaults={"type": "ACCOUNT"},
        fixed=("analyzerName",),
    ),
)
