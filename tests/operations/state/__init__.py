"""Tests of operations/state."""
