"""The pages say what works."""
