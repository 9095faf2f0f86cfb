"""The step engine: a graph of idempotent steps, executed in parallel, journalled before and after every call."""
