"""The gate: all rules over all stacks, with waivers, a verdict and an exit code. No engine, account or network."""
