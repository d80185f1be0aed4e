# Everything runs from a virtual environment that `make` builds from the hashed lock: nothing else has to be installed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_MONTH ?= 2024-12

.PHONY: demo test lint ui bench faults mutants browser clean lock docs inputs

# run the main job on the demo inputs and print the figures
demo: $(STAMP)
	$(BIN)/impact run --month $(DEMO_MONTH)

# everything but the slow suites; installs Chromium for the browser test where that is possible
test: $(STAMP)
	@sh .ci/chromium
	$(BIN)/pytest -m "not slow" -n 2 --dist loadfile

# style, types, import rules
lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# the Dagster UI on http://127.0.0.1:3000
ui: $(STAMP)
	$(BIN)/impact ui

# ratios against a hand-written script in the same run
bench: $(STAMP)
	$(BIN)/python -m impact_pipeline_tests.benchmarks

# kill, race and reader loops, and the properties of the rule engine on 2,000 examples each: an hour
faults: $(STAMP)
	$(BIN)/pytest -m slow

# small mistakes put into the rule engine, one at a time: how many do the tests find? About two hours; stop and go on
mutants: $(STAMP)
	$(BIN)/python -m impact_pipeline_tests.mutation --results .mutants.jsonl

# only the test that drives a real browser; refreshes the screenshots in docs/
browser: $(STAMP)
	@sh .ci/chromium
	IMPACT_SCREENSHOTS=docs/images $(BIN)/pytest -m browser

# the data dictionary, the list of controls and the JSON Schemas of policy files, from the code
docs: $(STAMP)
	$(BIN)/python -m impact_pipeline.publishing.dictionary > docs/data_dictionary.md
	$(BIN)/python -m impact_pipeline.publishing.controls > docs/controls.md
	$(BIN)/python -m impact_pipeline.publishing.policy_schemas docs/schemas

# the synthetic demo inputs, from the seeded generator
inputs: $(STAMP)
	$(BIN)/python data/demo/generate.py

# new pins; review the diff before committing
lock: $(STAMP)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-strip-extras --upgrade --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) data/home build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# the lock is the only source of packages; compiled bytecode makes every start two to three times faster
$(STAMP): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; found " + sys.version)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps --editable .
	$(BIN)/python -m compileall -q impact_pipeline
	touch $(STAMP)
