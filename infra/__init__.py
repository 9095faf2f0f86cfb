"""The Pulumi program: settings, naming, components, the site, and what spans the sites."""

from infra import sdk_parts

sdk_parts.install()
