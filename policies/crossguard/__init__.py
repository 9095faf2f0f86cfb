"""The rules inside the engine: each pack as a policy analyzer (`pulumi preview --policy-pack policies/hipaa`)."""
