"""`python -m toolchain`: provides the CLI and prints where it is; `--environment` prints what to export."""

import argparse
import os
import shlex
import sys

from toolchain.cli import environment, provide
from toolchain.problems import ToolchainError


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m toolchain", description="Provide the Pulumi CLI.")
    parser.add_argument("--quiet", action="store_true", help="print nothing if it is there")
    parser.add_argument("--environment", action="store_true", help="print shell exports instead of a sentence")
    options = parser.parse_args(arguments)
    try:
        cli = provide()
    except ToolchainError as error:
        print(f"lifeline: {error}", file=sys.stderr)
        return 1
    if options.environment:
        wanted = environment(os.environ, cli)
        for name in sorted(name for name, value in wanted.items() if os.environ.get(name) != value):
            print(f"export {name}={shlex.quote(wanted[name])}")
    elif not options.quiet:
        print(f"Pulumi CLI v{cli.version} from {cli.source}: {cli.pulumi}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
