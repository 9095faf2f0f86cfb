"""The stand-in for an application: an order intake that keeps the public contract (docs/workload.md).

It knows nothing of leases and fences: where the database refuses a write, it says so and stays up.
Run as `python -m sandbox.workload`; its schema comes from `python -m sandbox.workload.migrate`.
"""
