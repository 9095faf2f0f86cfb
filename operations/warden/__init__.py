"""The warden: keeps the lease that lets its site's database take writes, and answers for it (docs/fence.md)."""
