"""The sandbox's Fargate: processes run because ECS declares them, and for no other reason."""

from sandbox.tasks.declared import Declared, Sight
from sandbox.tasks.reconciler import Tasks

__all__ = ["Declared", "Sight", "Tasks"]
