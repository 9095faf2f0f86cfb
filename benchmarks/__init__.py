"""What Lifeline costs, measured here and now. Ratios side by side in one run are the goals; times are shown."""
