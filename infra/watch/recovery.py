"""Alarms on what keeps the site able to recover: the record, the guard, the peer, and what the warden says."""

from infra.alarm import Alarm, Metric
from infra.permissions import METRICS

PAGE = "recovery"
LOG_NAMESPACE = "Lifeline/Logs"
CHANGES, SILENCE, UNREACHABLE = "record_changes", "peer_silence_seconds", "replicas_unreachable"
"""Sent by the guard every few seconds; dimensions Application, Environment, Site."""
WATCHED = ("warden", "fence", "guard")
"""Lifeline's own services, which log one JSON object a line with its level."""


def log_metric(prefix: str, service: str) -> str:
    """The metric that counts a service's lines of level alarm."""
    return f"{prefix}-{service}-alarms"


def alarms(application: str, environment: str, site: str, prefix: str) -> dict[str, Alarm]:
    """`prefix`: the stem of the site's names."""
    own = {"Application": application, "Environment": environment, "Site": site}
    found = {
        "record-written": Alarm(
            severity="critical",
            says="Somebody wrote the control record: a promotion, its lock, or what should not be.",
            page=PAGE,
            metrics={"changes": Metric(METRICS, CHANGES, own, "Sum")},
            threshold=0,
            periods=1,
            datapoints=1,
        ),
        "guard-silent": Alarm(
            severity="high",
            says="The guard has said nothing for five minutes: a write to the record would go unseen from here.",
            page=PAGE,
            metrics={"looks": Metric(METRICS, CHANGES, own, "SampleCount")},
            threshold=1,
            below=True,
            periods=5,
            datapoints=5,
            missing="breaching",
        ),
        "peer-silent": Alarm(
            severity="high",
            says="The other site's guard has not been heard of for two minutes.",
            page=PAGE,
            metrics={"silence": Metric(METRICS, SILENCE, own, "Maximum")},
            threshold=120,
            periods=3,
            datapoints=3,
        ),
        "replica-unreachable": Alarm(
            severity="high",
            says="A replica of the control table does not answer from here.",
            page=PAGE,
            metrics={"unreachable": Metric(METRICS, UNREACHABLE, own, "Maximum")},
            threshold=0,
        ),
    }
    for service in WATCHED:
        found[f"{service}-alarm"] = Alarm(
            severity="critical",
            says=f"The {service} logged something that needs a human.",
            page=PAGE,
            heading="logged",
            metrics={"lines": Metric(LOG_NAMESPACE, log_metric(prefix, service), {}, "Sum")},
            threshold=0,
            periods=1,
            datapoints=1,
        )
    return found
