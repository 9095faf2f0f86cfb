"""What a promotion does in place of four of its steps while no replica of the control table answers."""
