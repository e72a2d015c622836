# Every target does its own set-up: a virtual environment in .venv and Basalt installed into it.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
OLD    := .venv-duckdb-1.5
DBT    := .venv-dbt

.PHONY: help demo test test-oldest test-dbt check golden bench clean
.DEFAULT_GOAL := help

help: ## Show the targets
	@grep -E '^[a-z-]+:.*##' Makefile | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

demo: $(READY) ## Write a sample market, run the two-pass pipeline on it, show its SQL and its result
	rm -rf demo
	$(BIN)/basalt sample demo
	$(BIN)/basalt compile demo/pipeline.yaml --pass pass2
	$(BIN)/basalt pipeline run demo/pipeline.yaml
	@echo "The first rows of pass2:"
	@$(BIN)/python -c "import duckdb; duckdb.sql(\"FROM 'demo/output/sample/pass2/*.parquet' ORDER BY ALL LIMIT 20\").show()"

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-oldest: $(OLD)/.ready ## Run the examples of numbers and SQL on the oldest DuckDB that is supported
	$(OLD)/bin/python -m pytest -n 2 -m 'not hypothesis' \
		tests/correctness tests/cases tests/engine tests/golden tests/runs tests/scripts tests/display

test-dbt: $(READY) $(DBT)/.ready ## Build a dbt project with dbt itself
	BASALT_DBT=$(CURDIR)/$(DBT)/bin/dbt $(BIN)/python -m pytest tests/dbt

check: $(READY) ## Lint, check types and layers, and see that the golden SQL is current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.golden.rewrite --check

golden: $(READY) ## Rewrite the golden SQL from the compiler; review the difference like code
	$(BIN)/python -m tests.golden.rewrite

bench: $(READY) ## Measure time and memory against hand-written SQL, Polars and ClickHouse
	-$(BIN)/python -m pip install --quiet --editable '.[bench]'
	$(BIN)/python -m tests.benchmarks

clean: ## Remove what the other targets made
	rm -rf $(VENV) $(OLD) $(DBT) demo dist .bench .hypothesis .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Basalt needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

$(OLD)/.ready: pyproject.toml
	$(PYTHON) -m venv $(OLD)
	$(OLD)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]' 'duckdb==1.5.5'
	@touch $@

# Later versions of dbt-core download a part of themselves when they are installed, which needs more than a package index.
$(DBT)/.ready: Makefile
	$(PYTHON) -m venv $(DBT)
	$(DBT)/bin/python -m pip install --quiet --disable-pip-version-check 'dbt-core==1.10.*' 'dbt-duckdb==1.10.*' 'duckdb==1.5.5'
	@touch $@
