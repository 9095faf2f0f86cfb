"""Components: the contract of all, and what matters of each."""
