"""The rehearsal: two AWS regions and Cloudflare on one machine, with faults on demand.

Production code never imports this package; the command line reaches it through one lazy import.
"""
