"""Pulumi stacks: preview, up, refresh, destroy through the engine, and what they changed."""
