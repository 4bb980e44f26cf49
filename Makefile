# `make demo` and `make test` do all set-up themselves; the only needs are Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# For users, what runs with credentials and nothing else; the gate adds its tools to it.
READY := $(VENV)/.ready
TOOLS := $(VENV)/.ready-dev
PIN = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-config \
  --custom-compile-command "make requirements"
INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check -r
PICTURES := 00_start_here 02_request-confirm 03_monitor 03_monitor-board 04_finalize 06_audit_report

.DEFAULT_GOAL := help
.PHONY: help demo lab app test check audit coverage mutants notebooks screenshots pictures screens docs requirements sbom clean

help: ## show this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(INSTALL) requirements.txt
	touch $@

$(TOOLS): requirements-dev.txt $(READY)
	$(INSTALL) requirements-dev.txt
	touch $@

demo: $(READY) ## a whole simulated migration, headless; prints where the reports are
	$(BIN)/orgkit demo

lab: $(READY) ## JupyterLab on the first notebook, on the simulator
	$(BIN)/orgkit lab

app: $(READY) ## the notebooks as plain web pages, on the simulator
	$(BIN)/orgkit app

PROSE := orgkit tools notebooks docs README.md CONTRIBUTING.md CHANGELOG.md
check: $(TOOLS) ## ruff, mypy, the floors and spelling: what needs no run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/codespell $(PROSE)

audit: $(TOOLS) ## known vulnerabilities of what users install; says so where nobody can be asked
	$(BIN)/python -m tools.audit

test: check audit ## everything: rules, unit tests, the simulator, the notebooks and their stored outputs
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal
	$(BIN)/python -m pytest --nbval --nbval-cell-timeout=120 notebooks

coverage: $(TOOLS) ## the suite with branch coverage of the package: a table, and htmlcov/
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal \
	  --cov --cov-report=term --cov-report=html

SAMPLE ?= 40
SEED ?= 1
mutants: $(TOOLS) ## the tests themselves tried, on a sample of changes (SAMPLE=0: all, for hours)
	$(BIN)/python -m tools.mutants --sample $(SAMPLE) --seed $(SEED)

notebooks: $(TOOLS) ## run the notebooks on a fresh simulator and store their outputs
	$(BIN)/python -m tools.store_outputs

screenshots: $(TOOLS) ## the pictures of the README, from a walk in a real browser
	ORGKIT_NO_SKIPS=1 $(BIN)/python -m pytest -q tests/browser/test_walk.py
	mkdir -p docs/images
	cp $(PICTURES:%=tests/browser/artifacts/walk-%.png) docs/images/

pictures: $(TOOLS) ## store the pictures that the visual tests compare with, from docs/look.html
	$(BIN)/python -m tests.browser.pictures

screens: $(TOOLS) ## first screens of every notebook in both themes, on one sheet to look at
	$(BIN)/python -m tests.browser.screens

docs: $(TOOLS) ## write the generated parts of the documentation
	$(BIN)/python -m tools.docs

# Ranges are resolved once, with everything; the subsets start from that and so name the same.
requirements: $(TOOLS) ## pin what the ranges in pyproject.toml resolve to, with and without hashes
	$(PIN) requirements-dev.in --output-file requirements-dev.txt
	cp requirements-dev.txt requirements.txt
	$(PIN) requirements.in --output-file requirements.txt
	cp requirements.txt requirements.lock
	$(PIN) requirements.in --output-file requirements.lock --no-emit-package orgkit --generate-hashes

sbom: $(TOOLS) ## a bill of materials (CycloneDX) of what users install, in dist/
	$(BIN)/python -m tools.sbom dist/orgkit.cdx.json

clean: ## forget the environment; evidence and the simulator that it speaks of are kept
	rm -rf $(VENV)
