# `make demo` reads the examples and shows a brief of the example crisis, `make test` runs the tests; both set everything up by
# themselves. Python 3.11+ is enough.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
EXAMPLES := $(wildcard examples/*.txt)
READ = $(BIN)/detente read $(EXAMPLES) --actors examples/actors.toml --date 2031-03-04

.PHONY: demo test lint clean fuzz

demo: $(VENV)/package
	@mkdir -p build
	@$(READ)
	@$(READ) --format html --out build/demo.html
	@$(BIN)/detente import examples/crisis/readings.jsonl --to build/crisis.ledger > build/crisis.txt 2>&1
	@echo
	@$(BIN)/detente brief ARV BMR --as-of 2024-03-24 --ledger build/crisis.ledger
	@echo
	@echo "The same as a page, with everything marked in the text: $(abspath build/demo.html)"

test: $(VENV)/tools
	$(BIN)/python -m pytest

lint: $(VENV)/tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# For the night: 100,000 damaged documents through every parser, and what comes out of them through the reader.
fuzz: $(VENV)/tools
	$(BIN)/python -m benchmarks.fuzz --inputs $(or $(INPUTS),100000)

clean:
	rm -rf $(VENV) build dist

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; found $$($(PYTHON) --version)"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/package: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

$(VENV)/tools: pyproject.toml | $(BIN)/python
	$(BIN)/pip install --quiet --disable-pip-version-check --editable ".[test,intake,scale]"
	touch $@ $(VENV)/package
