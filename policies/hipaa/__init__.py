"""HIPAA: what the sources map to the Security Rule, and what is recommended beside it. One service, one file."""
