"""One CloudWatch dashboard. Dashboards are one namespace for the account; each widget names its own region."""

from typing import TypedDict

import pulumi
import pulumi_aws as aws

from infra.component import Component


class DashboardArgs(TypedDict):
    region: pulumi.Input[str]
    """Region whose API keeps it."""
    name: pulumi.Input[str]
    """The dashboard's name, unique in the account."""
    body: pulumi.Input[str]
    """Widgets as JSON."""


class Dashboard(Component):
    """A dashboard."""

    name: pulumi.Output[str]

    def __init__(self, name: str, args: DashboardArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts)
        made = aws.cloudwatch.Dashboard(
            f"{name}-dashboard",
            region=args["region"],
            dashboard_name=args["name"],
            dashboard_body=args["body"],
            opts=self.child(),
        )
        # An output that is known only when the dashboard is there.
        self.name = made.dashboard_name
        self.register_outputs({"name": self.name})
