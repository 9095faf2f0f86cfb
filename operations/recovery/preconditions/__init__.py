"""What has to hold before the first change: one function a rule, each with a verdict of pass, fail or unknown."""
