# Two commands do everything: `make demo` and `make test`. Both make what they need first.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?=
CANDIDATES := $(PYTHON) python3.13 python3.12 python3.11 python3

.DEFAULT_GOAL := help
.PHONY: help setup demo test check docs snapshots mutants format rehearse lock clean

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: ## the Python environment and the Pulumi CLI; a moment when they are there
	@for python in $(CANDIDATES); do \
	    if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        exec "$$python" -m toolchain.bootstrap; \
	    fi; \
	done; \
	echo "lifeline: no Python 3.11 or newer: none of these runs: $(strip $(CANDIDATES));" >&2; \
	echo "install one, or name it: make setup PYTHON=/path/to/python3" >&2; \
	exit 1
	@$(BIN)/python -m toolchain --quiet

demo: setup ## two regions on this machine: one dies, the next order is served
	@$(BIN)/lifeline sandbox demo

test: setup ## every test, two files at a time; TESTS=tests/infra for some of them
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder $(TESTS)

check: setup ## format, lint, types, import laws, lock and generated docs in step
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m toolchain.lock --check
	@$(BIN)/python -m sandbox.providers.document --check
	@$(BIN)/python -m policies.document --check

docs: setup ## write the generated pages again
	@$(BIN)/python -m sandbox.providers.document
	@$(BIN)/python -m policies.document

snapshots: setup ## write down again what each component declares; read the difference before you commit it
	@UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest --quiet tests/infra/components/test_snapshots.py tests/infra/upgrade

mutants: setup ## mutate every property of the stacks; what no rule notices is written down, to be reviewed
	@UPDATE_SURVIVORS=1 $(BIN)/python -m pytest --quiet -m rehearsal tests/policies/test_mutations.py

format: setup ## format and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: setup ## measure: ratios side by side in one run; BENCH=estate for one of them
	@$(BIN)/python -m benchmarks $(BENCH)

rehearse: setup ## the tests that take minutes
	@$(BIN)/python -m pytest -m rehearsal $(TESTS)

lock: setup ## lock the Python packages again; UPGRADE=1 for newer ones
	@$(BIN)/python -m toolchain.lock $(if $(UPGRADE),--upgrade)

clean: ## end the sandboxes here and remove what was made; the CLI stays in its cache
	@for file in .lifeline/*/sandbox.json; do \
	    if [ -e "$$file" ] && [ -x $(BIN)/lifeline ]; then \
	        name=$${file#.lifeline/}; \
	        $(BIN)/lifeline sandbox stop --name "$${name%/sandbox.json}" || exit 1; \
	    fi; \
	done
	@rm -rf $(VENV) .venv.lock .lifeline lifeline.egg-info build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
