"""Cost: what spends money that nobody meant to spend. One service, one file."""
