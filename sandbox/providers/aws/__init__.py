"""The emulated `aws` provider: rows over boto3, against the sandbox's AWS layer."""
