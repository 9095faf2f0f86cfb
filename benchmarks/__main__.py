"""`make bench`: every benchmark, or those that are named. A benchmark is a module here that has a `main`."""

import importlib
import pkgutil
import sys

import benchmarks

NOT_ONE = {"__main__", "figures", "many", "terraform"}


def main(names: list[str]) -> int:
    there = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name not in NOT_ONE]
    if unknown := set(names) - set(there):
        print(f"no benchmark is called {', '.join(sorted(unknown))}: one of {', '.join(there)}", file=sys.stderr)
        return 2
    for name in names or there:
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
