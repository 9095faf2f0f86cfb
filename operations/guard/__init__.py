"""The guard: watches the record, its replicas and the other site, and only ever tells. It promotes nothing."""
