"""A minimal Python language host for a Pulumi CLI that brings none.

The engine starts `pulumi-language-python` (see `launcher`), reads a port from its standard output and speaks
`pulumirpc.LanguageRuntime` with it (see `server`). The host runs the program with the *project's* Python (see
`interpreter`) through `program`, which is all that runs there.
"""
