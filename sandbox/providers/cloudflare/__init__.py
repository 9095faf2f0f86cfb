"""The emulated `cloudflare` provider: rows over the sandbox's Cloudflare API."""
