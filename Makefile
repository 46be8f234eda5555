# One environment, .venv, filled in layers: run, then test, then oracles and docs.
# Each layer has a hash lock in requirements/; its stamp is redone when the lock changes.
PYTHON ?= python3
UV ?= uv
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
DEAL := coreweave-ddtl-4.0

.PHONY: run test check format lint types contracts slow oracles golden docs bench lock clean

run: .venv/run.stamp  ## the main job: one real deal, from term sheet to report
	$(BIN)/halflife run examples/$(DEAL).yaml --paths 10000 --out results/$(DEAL)

test: .venv/test.stamp  ## all fast tests
	$(BIN)/python -m pytest

check: lint types contracts test  ## what a commit must pass, in under a minute

format: .venv/test.stamp
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

lint: .venv/test.stamp
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/codespell

types: .venv/test.stamp
	$(BIN)/mypy

contracts: .venv/test.stamp
	$(BIN)/lint-imports

slow: .venv/test.stamp  ## convergence and large runs
	$(BIN)/python -m pytest -m slow

oracles: .venv/oracles.stamp  ## comparison with other engines
	$(BIN)/python -m pytest -m oracle

golden: .venv/test.stamp  ## rewrite our own recorded numbers; explain them in CHANGELOG.md
	$(BIN)/python -m pytest tests/golden --rewrite-golden

docs: .venv/docs.stamp  ## build the pages, notebooks executed; warnings are errors
	$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet docs docs/_build/html

bench: .venv/test.stamp
	$(BIN)/python benchmarks
	$(BIN)/python benchmarks/clearing.py
	$(BIN)/python benchmarks/tranches.py
	$(BIN)/python benchmarks/system.py

lock:  ## resolve the locks again; LOCK_FLAGS=--upgrade moves to newer releases
	$(LOCK) --group build --output-file requirements/run.lock
	$(LOCK) --group build --group test -c requirements/run.lock --output-file requirements/test.lock
	$(LOCK) --group build --group test --group oracles -c requirements/test.lock --output-file requirements/oracles.lock
	$(LOCK) --group build --group docs -c requirements/test.lock --output-file requirements/docs.lock

LOCK = $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 \
  --generate-hashes --no-header --no-annotate $(LOCK_FLAGS)

clean:
	rm -rf .venv results build dist docs/_build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

.venv/run.stamp: requirements/run.lock pyproject.toml
	@echo "Setting up .venv from $< (once; about half a minute)"
	$(PYTHON) -m venv .venv
	$(INSTALL) --require-hashes -r $<
	$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/%.stamp: requirements/%.lock .venv/run.stamp
	@echo "Adding $< to .venv (once)"
	$(INSTALL) --require-hashes -r $<
	@touch $@
