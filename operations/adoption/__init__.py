"""What a killed `up` left: resources that were begun, and that nobody knows to exist."""
