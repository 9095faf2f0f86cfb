"""How much code there is: the sandbox should stay the smaller part."""

from pathlib import Path

from benchmarks.figures import Figure, show

ROOT = Path(__file__).parents[1]
PRODUCT = ("infra", "model", "operations", "policies", "scripts", "toolchain")


def main() -> None:
    product, sandbox, tests = sum(map(_lines, PRODUCT)), _lines("sandbox"), _lines("tests")
    show(
        "Lines of Python and SQL",
        [
            Figure("product", product, "lines"),
            Figure("sandbox", sandbox, "lines"),
            Figure("tests", tests, "lines"),
            Figure("sandbox against product", sandbox / product, "×", goal=1),
        ],
    )


def _lines(folder: str) -> int:
    files = [path for kind in ("*.py", "*.sql") for path in (ROOT / folder).rglob(kind)]
    return sum(len(path.read_text().splitlines()) for path in files)
