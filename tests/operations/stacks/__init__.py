"""Tests of operations/stacks."""
