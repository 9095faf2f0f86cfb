"""The program that a canary runs. It is uploaded as it stands, so it imports nothing but Python itself."""
