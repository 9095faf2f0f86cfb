"""Tiers of notification that nobody would ever hear are refused."""

from typing import Any

import pytest

from infra.settings.notifications import NotificationSettings


def problems(*tiers: dict[str, Any]) -> list[str]:
    settings = NotificationSettings.model_validate({"tiers": tuple(tiers)})
    return [f"{key}: {what}" for key, what, _ in settings.problems()]


ONCALL = {"name": "on-call", "severities": ("critical",), "email": ("oncall@example.com",)}


def test_no_tier_and_a_tier_that_hears_critical_are_both_fine() -> None:
    assert problems() == problems(ONCALL) == []


@pytest.mark.parametrize(
    ("tiers", "said"),
    [
        ((ONCALL, ONCALL), "notifications.tiers[1].name: 'on-call' is there twice"),
        (({**ONCALL, "email": ()},), "notifications.tiers[0]: 'on-call' is reached by nothing"),
        (({**ONCALL, "severities": ("low",)},), "notifications.tiers: nobody listens to critical"),
    ],
)
def test_what_would_stay_unheard_is_said(tiers: tuple[dict[str, Any], ...], said: str) -> None:
    assert said in problems(*tiers)
