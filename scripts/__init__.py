"""The `lifeline` command: parse, call, print. No logic."""
