"""The Pulumi program: settings, naming, components, the site, and what spans the sites."""
