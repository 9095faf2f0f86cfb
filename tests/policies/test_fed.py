"""What a resource's output will set, before its value is known."""

from policies.case import Case
from policies.examples import Given, example, joined, ref, view
from policies.vocabulary import every, present

KEY = Given("aws:kms/key:Key", "key")


def outcome(path: str, value: object, *, inside: str = "") -> str:
    given = Given("aws:ecs/taskDefinition:TaskDefinition", "task", {path.partition(".")[0]: value})
    seen = view(example(KEY, given), applied=False)
    case = Case(seen.of("aws:ecs/taskDefinition:TaskDefinition")[0], seen, {})
    return (every(path, present(inside)) if inside else present(path))(case).outcome


def test_an_output_is_something_that_is_there() -> None:
    assert outcome("taskRoleArn", ref("key", "arn")) == "pass"
    assert outcome("volumes", [{"hostPath": ref("key", "arn")}], inside="hostPath") == "pass"


def test_nothing_is_certain_of_what_stands_inside_an_unknown_text() -> None:
    text = joined('[{"image": "', ref("key", "arn"), '"}]')
    seen = view(
        example(KEY, Given("aws:ecs/taskDefinition:TaskDefinition", "task", {"containerDefinitions": text})),
        applied=False,
    )
    case = Case(seen.of("aws:ecs/taskDefinition:TaskDefinition")[0], seen, {})
    assert present("containerDefinitions[*].logConfiguration")(case).outcome == "unknown"


def test_what_lacks_it_fails_however_much_of_the_rest_is_an_output() -> None:
    assert outcome("volumes", [{"name": ref("key", "arn")}], inside="hostPath") == "fail"
