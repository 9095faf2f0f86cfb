"""Rotation of application secrets: the function that Secrets Manager calls in the home region."""
