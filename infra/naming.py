"""Names: a pure function of settings, for everything that another part refers to.

What nobody refers to gets Pulumi's auto-name: a fixed name forces delete-before-replace.
So promotion needs neither state nor the lost region; the checkout is enough.
"""

import hashlib
from dataclasses import dataclass

from infra.settings.model import ServiceSettings, Settings


def fit(name: str, limit: int) -> str:
    """The name, or, where it is longer than AWS allows, its head with a digest of the whole."""
    if len(name) <= limit:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:6]
    return f"{name[: limit - 7].rstrip('-')}-{digest}"


@dataclass(frozen=True)
class Naming:
    """The names of one environment of one application."""

    project: str
    application: str
    environment: str
    domain: str
    account_id: str
    control_generation: int = 1

    @classmethod
    def of(cls, settings: Settings) -> "Naming":
        return cls(
            project=settings.project,
            application=settings.application,
            environment=settings.environment,
            domain=settings.domain,
            account_id=settings.account_id,
            control_generation=settings.control_generation,
        )

    @property
    def prefix(self) -> str:
        return f"{self.application}-{self.environment}"

    def at(self, site: str) -> str:
        """The stem of everything that belongs to one site."""
        return f"{self.prefix}-{site}"

    # What spans the sites

    @property
    def global_cluster(self) -> str:
        return fit(self.prefix, 63)

    @property
    def control_table(self) -> str:
        again = "" if self.control_generation == 1 else f"-{self.control_generation}"
        return f"{self.prefix}-control{again}"

    @property
    def edge_host(self) -> str:
        """Where users reach the service: `<application>.<domain>`; other environments carry their name."""
        if self.environment == "production":
            return f"{self.application}.{self.domain}"
        return f"{self.application}-{self.environment}.{self.domain}"

    @property
    def trail(self) -> str:
        return self.prefix

    def trail_arn(self, region: str) -> str:
        """The account's one trail, in the home region."""
        return f"arn:aws:cloudtrail:{region}:{self.account_id}:trail/{self.prefix}"

    def function(self, purpose: str) -> str:
        """A Lambda function of what spans the sites."""
        return fit(f"{self.prefix}-{purpose}", 64)

    def secret(self, name: str) -> str:
        return f"{self.application}/{self.environment}/{name}"

    def state_bucket(self, region: str) -> str:
        """The state of the project's stacks, or its copy; bucket names are one namespace of all AWS."""
        return fit(f"{self.project}-state-{self.account_id}-{region}", 63)

    @property
    def state_key_alias(self) -> str:
        return f"alias/{self.project}-state"

    @property
    def state_copy_role(self) -> str:
        return fit(f"{self.project}-state-copy", 64)

    # One site's

    def origin_host(self, site: str) -> str:
        """The record that points at the site's own load balancer."""
        if self.environment == "production":
            return f"origin-{site}.{self.domain}"
        return f"origin-{site}-{self.environment}.{self.domain}"

    def pool(self, site: str) -> str:
        return self.at(site)

    def database_cluster(self, site: str) -> str:
        return fit(self.at(site), 60)

    def database_instance(self, site: str, index: int) -> str:
        return fit(f"{self.at(site)}-{index}", 63)

    def ecs_cluster(self, site: str) -> str:
        return self.at(site)

    def ecs_service(self, service: str) -> str:
        return service

    def task_family(self, site: str, service: str) -> str:
        return f"{self.at(site)}-{service}"

    def scalable_target(self, site: str, service: str) -> str:
        """Application Auto Scaling's resource id."""
        return f"service/{self.ecs_cluster(site)}/{self.ecs_service(service)}"

    def image(self, region: str, image: str) -> str:
        """What a task pulls: an image without a registry is in the account's own, in the task's own region."""
        if self.repository(image) is None:
            return image
        return f"{self.account_id}.dkr.ecr.{region}.amazonaws.com/{image}"

    def load_balancer(self, site: str) -> str:
        return fit(self.at(site), 32)

    def target_group(self, site: str, service: str) -> str:
        return fit(f"{self.at(site)}-{service}", 32)

    def key_alias(self, site: str, data_class: str) -> str:
        return f"alias/{self.at(site)}-{data_class}"

    def bucket(self, site: str, purpose: str) -> str:
        """Buckets share one namespace with all accounts of the world, so the account's number is in the name."""
        return fit(f"{self.at(site)}-{purpose}-{self.account_id}", 63)

    def queue(self, site: str, service: str) -> str:
        return fit(f"{self.at(site)}-{service}", 80)

    def dead_letters(self, site: str, service: str) -> str:
        """What a service gave up on."""
        return fit(f"{self.at(site)}-{service}-dead", 80)

    def cache(self, site: str) -> str:
        return fit(self.at(site), 40)

    def cache_user(self, site: str, service: str) -> str:
        """ElastiCache wants a user's id and its name to be the same for a login by IAM."""
        return fit(f"{self.at(site)}-{service}", 40)

    def repository(self, image: str) -> str | None:
        """The repository of an image in the account's own registry; None for an image of another one."""
        name = image.split("@")[0]
        return None if "." in name.split("/")[0] else name

    def log_group(self, site: str, service: str) -> str:
        return f"/lifeline/{self.application}/{self.environment}/{site}/{service}"

    def waf_log_group(self, site: str) -> str:
        """AWS WAF writes only to groups whose names begin so."""
        return f"aws-waf-logs-{self.at(site)}"

    def namespace(self, site: str) -> str:
        """Cloud Map's, in which the site's services find each other."""
        return self.at(site)

    def backup_vault(self, site: str) -> str:
        return fit(self.at(site), 50)

    def backup_vault_arn(self, region: str, site: str) -> str:
        return f"arn:aws:backup:{region}:{self.account_id}:backup-vault:{self.backup_vault(site)}"

    def lease_extension(self, site: str) -> str:
        """The parameter by which operators reach a warden whose control table is out."""
        return f"/{self.application}/{self.environment}/{site}/lease-extension"

    def topic(self, site: str, severity: str) -> str:
        """Where alarms of a severity speak; `site` may be `global`."""
        return f"{self.at(site)}-{severity}"

    def topic_arn(self, region: str, site: str, severity: str) -> str:
        return f"arn:aws:sns:{region}:{self.account_id}:{self.topic(site, severity)}"

    def dashboard(self, site: str, epic: int | None = None) -> str:
        """CloudWatch's dashboards are one namespace for the account; `site` may be `global`."""
        return self.at(site) if epic is None else f"{self.at(site)}-epic-{epic}"

    def canary(self, name: str) -> str:
        return fit(f"{name}-{self.prefix}", 21)

    def role(self, site: str, purpose: str) -> str:
        """An IAM role; IAM is one namespace for all regions, so the site is in the name."""
        return fit(f"{self.at(site)}-{purpose}", 64)


def tags(settings: Settings, service: ServiceSettings | None = None) -> dict[str, str]:
    """The one list of tags, on every taggable resource."""
    return {
        "project": settings.project,
        "environment": settings.environment,
        "site": settings.scope,
        "service": service.name if service else "shared",
        "epic": str(service.epic) if service and service.epic else "shared",
        "feature": service.feature if service else "shared",
        "business-unit": (service.business_unit if service else None) or settings.tags.business_unit,
        "cost-center": settings.tags.cost_center,
        "owner": settings.tags.owner,
        "data-classification": service.data_classification if service else "phi",
        "criticality": "critical" if service and service.role != "worker" else "high",
    }
