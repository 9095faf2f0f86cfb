"""Runs: what is done to an estate that has been declared."""
