"""SageMaker: endpoints and notebooks."""

from model.values import UNKNOWN, UnknownMet
from policies import sizes
from policies.case import Case
from policies.examples import Given, example, ref
from policies.rule import Fix, Parameter, Rule
from policies.verdict import PASS, Verdict, fail
from policies.vocabulary import all_of, cmk, one_of, unless

ENDPOINT = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
NOTEBOOK = "aws:sagemaker/notebookInstance:NotebookInstance"
KEY = "aws:kms/key:Key"


def _no_volume(case: Case) -> Verdict:
    """Every variant runs where there is no volume to encrypt. Raises UnknownMet."""
    variants = case.at("productionVariants[*].instanceType")
    if variants is UNKNOWN:
        raise UnknownMet("productionVariants")
    for size in variants or ():
        if size is UNKNOWN:
            raise UnknownMet("productionVariants")
        if size is not None and not sizes.listed(_family(str(size)), case.value("without_volume")):
            return fail(f'"{size}" stages its inputs on a volume')
    serverless = case.at("productionVariants[*].serverlessConfig.maxConcurrency") or ()
    if not variants or any(
        size is None and concurrency is None for size, concurrency in zip(variants, serverless, strict=False)
    ):
        return fail("it is not said what it runs on")
    return PASS


def _family(size: str) -> str:
    """`g5` of `ml.g5.xlarge`."""
    return sizes.family(size.strip().lower().removeprefix("ml."))


def _variant(size: str) -> dict[str, object]:
    return {"instanceType": size, "modelName": "notes", "initialInstanceCount": 1}


ENDPOINT_KEY = Rule(
    id="sagemaker-endpoint-kms",
    pack="hipaa",
    severity="high",
    types=(ENDPOINT,),
    what="An endpoint's volumes are encrypted with a customer-managed key.",
    why="A model's inputs are the notes themselves, and they are staged on the volume.",
    fix=Fix("Set kms_key_arn to your own key.", python="kms_key_arn=key.arn", yaml="kmsKeyArn: ${key.arn}"),
    parameters=(
        Parameter(
            "without_volume",
            ["g4dn", "g5", "g6", "g6e", "m5d", "c5d", "r5d", "p4d", "p4de", "p5", "p5e", "p5en", "trn1", "trn1n"],
            "Families with local storage, which the hardware encrypts; SageMaker refuses a key for them.",
            "array",
        ),
    ),
    # A serverless variant has no volume either.
    check=unless(_no_volume, cmk("kmsKeyArn")),
    passing=(
        example(Given(KEY, "key"), Given(ENDPOINT, "notes", {"kmsKeyArn": ref("key", "arn")})),
        {"kmsKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1", "productionVariants": [_variant("ml.m5.large")]},
        {"productionVariants": [_variant("ml.g5.xlarge")]},
        {"productionVariants": [{"modelName": "notes", "serverlessConfig": {"maxConcurrency": 5}}]},
    ),
    failing=(
        {},
        {"productionVariants": [_variant("ml.m5.large")]},
        {"productionVariants": [_variant("ml.g5.xlarge"), _variant("ml.c5.large")]},
        {"kmsKeyArn": "", "productionVariants": [{"modelName": "notes"}]},
        {"kmsKeyArn": "alias/aws/sagemaker"},
    ),
)

NOTEBOOK_CLOSED = Rule(
    id="sagemaker-notebook",
    pack="hipaa",
    severity="high",
    types=(NOTEBOOK,),
    what="A notebook has no way to the internet of its own, and its volume is encrypted with a customer-managed key.",
    why="A notebook holds a corpus of notes, and by default a way round the network's rules to copy it out.",
    fix=Fix(
        'Set direct_internet_access to "Disabled", with a subnet, and kms_key_id to your own key.',
        python='direct_internet_access="Disabled", subnet_id=private.id, kms_key_id=key.id',
        yaml="directInternetAccess: Disabled\nsubnetId: ${private.id}\nkmsKeyId: ${key.id}",
    ),
    check=all_of(one_of("directInternetAccess", "Disabled"), cmk("kmsKeyId")),
    passing=(
        example(
            Given(KEY, "key"), Given(NOTEBOOK, "lab", {"directInternetAccess": "Disabled", "kmsKeyId": ref("key")})
        ),
    ),
    failing=(
        {},
        {"kmsKeyId": "alias/lab"},
        {"directInternetAccess": "Disabled"},
        {"directInternetAccess": "Enabled", "kmsKeyId": "alias/lab"},
        {"directInternetAccess": None, "kmsKeyId": "alias/lab"},
        {"directInternetAccess": "Disabled", "kmsKeyId": "alias/aws/ebs"},
    ),
)
