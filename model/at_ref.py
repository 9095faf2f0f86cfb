"""The program of another work tree, written down as lists: `python -m model.at_ref TREE OUT [STACK…]`.

This model runs that tree's program, so that both sides of a comparison are seen alike. Prints stack → file as JSON.
"""

import importlib.util
import json
import sys
from pathlib import Path


def main(words: list[str]) -> int:
    tree, out, stacks = Path(words[0]), Path(words[1]), words[2:]
    _take_program_from(tree)
    from infra.settings.load import stack_names
    from model.from_program import views
    from model.problems import InputError
    from model.to_list import dump

    there = stack_names(tree)
    written = {}
    try:
        for view in views(tree, [stack for stack in stacks if stack in there]):
            file = out / f"{view.stack}.json"
            file.write_text(json.dumps(dump(view)))
            written[view.stack] = str(file)
    except (InputError, ImportError, AttributeError, TypeError) as error:
        print(f"{type(error).__name__}: {error}".replace("\n", "; "), file=sys.stderr)
        return 1
    print(json.dumps(written))
    return 0


def _take_program_from(tree: Path) -> None:
    """From now on `import infra` finds the tree's."""
    folder = tree / "infra"
    spec = importlib.util.spec_from_file_location(
        "infra", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None or not folder.is_dir():
        print(f"there is no program in {folder}", file=sys.stderr)
        raise SystemExit(1)
    module = importlib.util.module_from_spec(spec)
    sys.modules["infra"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
