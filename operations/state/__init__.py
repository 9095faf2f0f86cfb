"""Where the state of the stacks lives: made once, before any stack."""
