"""The engine: order, parallel steps, failures, retries, consent, and what a resume leaves alone."""

import threading

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from operations.steps.executor import Event
from operations.steps.hands import Hands
from operations.steps.journal import JournalOvertaken, JournalUnwritable
from operations.steps.past import past
from operations.steps.retry import THROTTLED_ATTEMPTS
from operations.steps.step import StepFailed
from tests.operations.steps.plain import REGION, Aws, Book, Plain, run, states


def update(hands: Hands) -> None:
    hands.client("ecs", REGION).update_service(service="web")


def error(code: str, status: int = 400) -> ClientError:
    return ClientError({"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}, "UpdateService")


def test_a_step_begins_when_its_predecessors_are_over_and_others_run_beside_it() -> None:
    barrier = threading.Barrier(2, timeout=10)

    def meet(_: Hands) -> None:
        barrier.wait()

    left, right = Plain("left", ("first",), meet), Plain("right", ("first",), meet)
    last = Plain("last", ("left", "right"))
    heard: list[Event] = []
    assert run(last, left, right, Plain("first"), heard=heard).complete
    done = [event.step for event in heard if event.state == "done"]
    assert done[0] == "first" and done[-1] == "last" and len(done) == 4


def test_every_call_that_changes_something_is_announced_before_it_is_made() -> None:
    book, aws = Book(), Aws()

    def answer(method: str) -> dict[str, str]:
        assert (book.entries[-1].kind, book.entries[-1].what) == ("call", "ecs:UpdateService@us-west-2")
        return {}

    aws.answer = answer
    run(Plain("one", apply=update), aws=aws, book=book)
    kinds = [(entry.kind, entry.what) for entry in book.entries]
    assert kinds == [
        ("begin", "plan"),
        ("state", "applying"),
        ("call", "ecs:UpdateService@us-west-2"),
        ("answer", "ecs:UpdateService@us-west-2"),
        ("state", "done"),
    ]
    assert [entry.number for entry in book.entries] == [1, 2, 3, 4, 5]
    assert past(book.entries).calls == [("one", "ecs:UpdateService@us-west-2", "ok")]


def test_a_failure_lets_nothing_new_begin_and_says_where() -> None:
    def fail(_: Hands) -> None:
        raise StepFailed("no space left; make some")

    outcome = run(Plain("one", apply=fail), Plain("two", ("one",)))
    assert states(outcome) == {"one": "failed", "two": "waiting"}
    assert (outcome.failed, outcome.problem) == ("one", "no space left; make some")


def test_another_step_under_way_ends_where_it_is() -> None:
    begun = threading.Event()

    def wait_long(hands: Hands) -> None:
        begun.set()
        while True:
            hands.sleep(0.001)

    def fail(_: Hands) -> None:
        assert begun.wait(10)
        raise StepFailed("broken")

    long = Plain("long", apply=wait_long)
    long.timeout = 1e9
    assert states(run(long, Plain("bad", apply=fail))) == {"long": "stopped", "bad": "failed"}


def test_an_optional_step_never_stops_the_rest_but_shows() -> None:
    def fail(_: Hands) -> None:
        raise StepFailed("the API is down")

    extra = Plain("extra", apply=fail)
    extra.optional = True
    outcome = run(extra, Plain("next", ("extra",)))
    assert states(outcome) == {"extra": "degraded", "next": "done"} and outcome.complete
    assert outcome.steps[0].note == "the API is down"


def test_throttling_is_waited_out_in_bounds() -> None:
    left = 3

    def answer(method: str) -> dict[str, str]:
        nonlocal left
        left -= 1
        if left > 0:
            raise error("ThrottlingException")
        return {}

    aws = Aws(answer)
    step = Plain("one", apply=update)
    assert run(step, aws=aws).complete
    assert (len(aws.calls), step.begun) == (3, 1)
    for_ever = Aws(lambda method: (_ for _ in ()).throw(error("ThrottlingException")))
    outcome = run(Plain("one", apply=update), aws=for_ever)
    assert states(outcome) == {"one": "failed"} and len(for_ever.calls) == THROTTLED_ATTEMPTS


@pytest.mark.parametrize("lost", [EndpointConnectionError(endpoint_url="x"), error("InternalFailure", 500)])
def test_after_a_call_whose_outcome_is_unknown_the_step_looks_before_it_acts_again(lost: Exception) -> None:
    step = Plain("one")
    aws = Aws()

    def takes_effect_and_is_lost(hands: Hands) -> None:
        step.done = True
        update(hands)

    def answer(method: str) -> dict[str, str]:
        raise lost

    aws.answer, step._apply = answer, takes_effect_and_is_lost
    assert states(run(step, aws=aws)) == {"one": "done"}
    assert (aws.calls, step.begun) == (["update_service"], 1)


def test_an_answer_that_says_no_is_not_asked_again() -> None:
    aws = Aws(lambda method: (_ for _ in ()).throw(error("AccessDeniedException", 403)))
    outcome = run(Plain("one", apply=update), aws=aws)
    assert states(outcome) == {"one": "failed"} and "AccessDenied" in outcome.problem and len(aws.calls) == 1


def test_a_call_that_was_not_declared_is_refused_before_it_is_made() -> None:
    aws = Aws()
    outcome = run(Plain("one", apply=lambda hands: hands.client("iam", REGION).delete_role()), aws=aws)
    assert outcome.failed == "one" and "does not declare" in outcome.problem and aws.calls == []


def test_time_is_bounded_and_less_can_be_accepted() -> None:
    class Never(Plain):
        degradable = True
        timeout = 5.0

        def verify(self, hands: Hands) -> str | None:
            return "1 of 2 tasks run"

    outcome = run(Never("capacity"))
    assert outcome.failed == "capacity" and outcome.problem == "not done within its 5 s: 1 of 2 tasks run"
    accepted = run(Never("capacity"), Plain("next", ("capacity",)), degraded={"capacity": "better than none"})
    assert states(accepted) == {"capacity": "degraded", "next": "done"}
    assert "better than none" in accepted.steps[0].note


def test_a_step_can_be_left_out_with_a_reason() -> None:
    step = Plain("one")
    assert states(run(step, skip={"one": "not today"})) == {"one": "skipped"} and step.begun == 0


def test_a_resume_begins_what_was_not_over_and_nothing_else() -> None:
    book = Book()

    def fail(_: Hands) -> None:
        raise StepFailed("broken")

    one, two = Plain("one"), Plain("two", ("one",), fail)
    run(one, two, book=book)
    again = Plain("two", ("one",))
    outcome = run(Plain("one"), again, book=book, known=tuple(book.entries))
    assert states(outcome) == {"one": "done", "two": "done"} and again.begun == 1
    assert [step.attempts for step in outcome.steps] == [1, 2]


@pytest.mark.parametrize("broken", [JournalUnwritable("the disk is full"), JournalOvertaken("another one goes on")])
def test_what_cannot_be_journalled_is_not_done(broken: Exception) -> None:
    book, aws = Book(), Aws()

    def lose_the_book(hands: Hands) -> None:
        book.broken = broken
        update(hands)

    step = Plain("one", apply=lose_the_book)
    step.optional = True
    outcome = run(step, aws=aws, book=book)
    assert outcome.failed == "one" and str(broken) in outcome.problem and aws.calls == []


def test_ctrl_c_ends_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    from operations.steps import executor

    def interrupted(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise KeyboardInterrupt

    def wait_long(hands: Hands) -> None:
        while True:
            hands.sleep(0.001)

    long = Plain("long", apply=wait_long)
    long.timeout = 1e9
    monkeypatch.setattr(executor, "wait", interrupted)
    outcome = run(long)
    assert states(outcome) == {"long": "stopped"} and outcome.problem == "you interrupted it"
