"""The steps of a promotion, one idea a file; each class's docstring is its section of the runbook."""
