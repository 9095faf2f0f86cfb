"""Moving the service between sites."""
