# Everything a person or a pipeline does with this repository. `make` alone lists it.

PYTHON ?= python3
WORKERS ?= 2
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
NEEDS := $(shell sed -n 's/^  "\(needs_[a-z0-9_]*\):.*/\1/p' pyproject.toml)
SCHEMAS := src/courseline/schemas
schema = $(BIN)/python -c 'from courseline.domain.$(1) import schema_text as text; print(text(), end="")'
PROVED := $(filter P% STORE,$(MAKECMDGOALS))
STORE_TESTS := tests/adapters/test_object_stores.py tests/adapters/test_objects_s3.py
ANY_NEED := $(shell echo $(NEEDS) | sed 's/ / or /g')

export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help

.PHONY: help setup demo serve test bench prove check format schemas lock wheel clean

help: ## List the targets
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

setup: $(INSTALLED) ## Make .venv from the lock (PYTHON=python3.12 chooses the interpreter)

# The commands of scripts/ are copied when the project is installed, so that a change there installs it again.
$(INSTALLED): requirements.lock pyproject.toml $(wildcard scripts/*.py)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo '$(PYTHON) is older than Python 3.11; name a newer one: make setup PYTHON=python3.12' >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## From a pushed tag to the students, through a stand-in GitLab and the real receiver (ARGS=--keep)
	@$(BIN)/python -m demo.run $(ARGS)

test: setup ## Run the tests; what needs a system component is left out and named
	@echo 'Left out here, run by .ci/run: $(NEEDS)'
	$(BIN)/pytest -q -n $(WORKERS) -m 'not ($(ANY_NEED))'

serve: setup ## Receiver and worker on this machine until Ctrl-C (ARGS='--bind 0.0.0.0:8000')
	@$(BIN)/python -m webhook.serve $(ARGS)

prove: setup ## Prove promises at full size: make prove P3 P5, without a word all; STORE is the store on every server
	@files='$(if $(PROVED),,tests/proofs)'; for word in $(PROVED); do \
		if [ $$word = STORE ]; then found='$(STORE_TESTS)'; else \
		found=$$(for file in tests/proofs/test_*.py; do head -n 1 $$file | grep -qw $$word && echo $$file; done); fi; \
		if [ -z "$$found" ]; then echo "No file of tests/proofs names $$word in its first line" >&2; exit 1; fi; \
		files="$$files $$found"; done; \
	$(BIN)/pytest -q -n $(WORKERS) --full $$(printf '%s\n' $$files | sort -u)

ifneq ($(PROVED),)
.PHONY: $(PROVED)
$(PROVED): prove
	@:
endif

bench: setup ## One table of speed and memory beside git alone (SIZE=--full for the asked sizes; bench/README.md)
	@$(BIN)/python -m bench $(SIZE)

check: setup ## Lint, formatting, types, direction of imports, schemas as generated
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(call schema,library.meta_schema) | diff $(SCHEMAS)/meta.schema.json - || { echo 'Stale: make schemas' >&2; exit 1; }
	@$(call schema,course.course_schema) | diff $(SCHEMAS)/course-structure.schema.json - || \
		{ echo 'Stale: make schemas' >&2; exit 1; }

schemas: setup ## Write again what is generated: JSON Schemas from the models, tables of the CI templates' inputs
	$(call schema,library.meta_schema) > $(SCHEMAS)/meta.schema.json
	$(call schema,course.course_schema) > $(SCHEMAS)/course-structure.schema.json
	$(BIN)/python -m tests.builders.template_inputs

format: setup ## Let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Resolve requirements.lock again from pyproject.toml, with hashes and without addresses
	@test -x .tools/lock/bin/uv || { $(PYTHON) -m venv .tools/lock && .tools/lock/bin/pip install --quiet uv; }
	.tools/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --extra dev \
		--no-header --output-file requirements.lock pyproject.toml

wheel: setup ## Build dist/courseline-*.whl
	$(BIN)/python -m hatchling build -t wheel

clean: ## Remove .venv and everything else that was made here
	rm -rf $(VENV) .tools build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
