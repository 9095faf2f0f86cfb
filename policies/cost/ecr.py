"""ECR: images that nobody runs any more."""

from policies.examples import Given, example, ref
from policies.rule import Fix, Rule
from policies.vocabulary import linked_by, one_of, some

REPOSITORY = "aws:ecr/repository:Repository"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy"

_IMAGES = Given(REPOSITORY, "nlp", {"name": "orders/nlp"})
_OLD = {
    "rulePriority": 1,
    "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 30},
    "action": {"type": "expire"},
}


def _lifecycle(policy: object, of: str = "nlp") -> Given:
    return Given(LIFECYCLE, f"{of}-old", {"repository": ref(of, "name"), "policy": policy})


EXPIRES = Rule(
    id="cost-ecr-lifecycle",
    pack="cost",
    severity="medium",
    scope="stack",
    types=(REPOSITORY,),
    what="Every repository has a lifecycle policy that expires images.",
    why="An image with a model inside has gigabytes, every build leaves one behind, and each is paid for by the month.",
    fix=Fix(
        "Add a LifecyclePolicy for the repository.",
        python=(
            'aws.ecr.LifecyclePolicy("nlp", repository=repository.name, policy=json.dumps({"rules": [{"rulePriority": '
            '1, "selection": {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", '
            '"countNumber": 30}, "action": {"type": "expire"}}]}))'
        ),
        yaml=(
            "type: aws:ecr:LifecyclePolicy\n"
            "properties:\n"
            "  repository: ${repository.name}\n"
            "  policy:\n"
            "    fn::toJSON:\n"
            "      rules:\n"
            "        - rulePriority: 1\n"
            "          selection: {tagStatus: any, countType: imageCountMoreThan, countNumber: 100}\n"
            "          action: {type: expire}"
        ),
    ),
    # An archive rule moves images to cheaper storage, which is as good.
    check=linked_by(
        LIFECYCLE,
        "repository",
        some("policy.rules", one_of("action.type", "expire", "transition"), "none of its rules expires anything"),
        lacks="no LifecyclePolicy is attached to this repository",
    ),
    passing=(
        example(_IMAGES, _lifecycle({"rules": [_OLD]})),
        example(
            _IMAGES,
            _lifecycle('{"rules": [{"rulePriority": 1, "action": {"type": "expire"}}]}'),
            note="as a text",
        ),
    ),
    failing=(
        example(_IMAGES),
        example(_IMAGES, _lifecycle({"rules": []})),
        example(_IMAGES, _lifecycle("{}")),
        example(_IMAGES, _lifecycle(None)),
        example(Given(REPOSITORY, "web"), _lifecycle({"rules": [_OLD]}, "web"), _IMAGES, note="another repository's"),
    ),
)
