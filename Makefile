# Commands for users and contributors; `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

VENV ?= .venv
BIN := $(VENV)/bin
IS_FIT := -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null
IS_3_11 := -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))'
PYTHONS := python3.11 python3.12 python3.13 python3.14 python3 python
PYTHON ?= $(shell for python in $(PYTHONS); do $$python $(IS_FIT) && echo $$python && break; done)
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check --no-input
# Tests run in one process a core, each on one thread; a failure repeats alike with JOBS=0, in this process.
JOBS ?= $(shell nproc 2>/dev/null || echo 2)
DEMO ?= gan-audit-demo
STAMP := $(VENV)/.installed
REQUIREMENTS := $(addprefix requirements/,build.txt lock.txt pyradiomics.txt)

.PHONY: help install demo test coverage check format lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## make .venv with everything in it, and the command gan-audit

demo: $(STAMP) ## audit a sound and a memorizing generator of phantoms, and say where the reports are
	@$(BIN)/gan-audit demo --out $(DEMO)

test: $(STAMP) ## run the tests
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --quiet --numprocesses $(JOBS) --dist worksteal $(PYTEST_ARGS)

coverage: $(STAMP) ## run the tests and show the share of lines that they run
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest --quiet --numprocesses $(JOBS) --dist worksteal --cov --cov-report=term $(PYTEST_ARGS)

check: $(STAMP) ## formatting, lint and types; changes nothing
	@$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check --quiet .
	$(BIN)/mypy

format: $(STAMP) ## format the code and repair what the linter can
	@$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock: ## resolve the pinned, hashed requirements again (pyradiomics.txt is kept by hand)
	@tools=$$(mktemp -d)
	trap 'rm -rf "$$tools"' EXIT
	$(PYTHON) -m venv "$$tools"
	"$$tools/bin/python" -m pip install -qq --disable-pip-version-check uv
	compile() { "$$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-header --no-annotate "$$@"; }
	compile pyproject.toml --extra cpu --extra dev --extra distributed -o requirements/lock.txt
	compile requirements/build.in --constraint requirements/lock.txt -o requirements/build.txt

clean: ## remove .venv, caches and what the commands above wrote
	rm -rf $(VENV) dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis $(DEMO)
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# PyRadiomics 3.0.1 has no wheel, fails in an isolated build and in any build by Python 3.12 or later: where Python is
# 3.11, what it is built with goes in first, and it is built in place; elsewhere the tests that need it are skipped.
$(STAMP): $(REQUIREMENTS) pyproject.toml
	@if ! "$(PYTHON)" $(IS_FIT); then
	  echo "Set-up needs Python 3.11 to 3.14, found $$("$(PYTHON)" --version 2>/dev/null || echo none)." \
	    "Install one (Debian 12: apt install python3.11-venv python3.11-dev) or name it: make PYTHON=/path/to/python3" >&2
	  exit 1
	fi
	echo "Setting up $(VENV): about 5 GB, a few minutes."
	[ -x $(BIN)/python ] || "$(PYTHON)" -m venv $(VENV)
	$(PIP) install --require-hashes -r requirements/build.txt
	$(PIP) install --require-hashes -r requirements/lock.txt
	if $(BIN)/python $(IS_3_11); then
	  $(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements/pyradiomics.txt
	else
	  echo "PyRadiomics is left out: it can only be built by Python 3.11. The batched engine does the same without it."
	fi
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@
