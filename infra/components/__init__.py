"""Components: one file, one `Component`. `docs/components.md` says how to add one."""
