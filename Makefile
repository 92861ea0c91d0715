# Hotline 12345. `make` alone lists the targets; .ci/ holds what takes more than a line.
# Every recipe uses paths relative to this folder, so blanks in the path of the clone do no harm.
SHELL := /bin/sh
PY := .venv/bin/python
CODE := dispatch assessment wsgi.py
.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test test-deep lint types bench bench-routing routing-walk screenshots clean install assets browser

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' Makefile

demo: install assets ## Run the sample city on http://127.0.0.1:12345 (options in ARGS, such as ARGS="--tickets 500")
	@echo "demo: starting the sample city (Ctrl-C ends it)"
	@.venv/bin/hotline demo $(ARGS)

test: install assets browser ## Prove it: every test, in 13 to 20 minutes on 2 cores (ARGS="tests/limits -x" narrows)
	@.ci/test $(ARGS)

test-deep: install assets browser ## The same with the full counts of every promise (about an hour)
	@HOTLINE_DEEP=1 .ci/test $(ARGS)

lint: install ## Style, formatting, import contracts, security patterns
	@echo "lint: ruff" && $(PY) -m ruff check . && $(PY) -m ruff format --check .
	@echo "lint: import contracts" && .venv/bin/lint-imports --no-cache
	@echo "lint: bandit" && $(PY) -m bandit -q -ll -r $(CODE)

types: install ## Strict types
	@echo "types: mypy --strict" && $(PY) -m mypy $(CODE)

bench: install assets ## Measure intake, import and ranking beside their bare equivalents
	@$(PY) -m tests.bench $(ARGS)

bench-routing: install assets ## Measure categories, places and repeats, with the split that was used
	@$(PY) -m tests.bench routing-categories routing-places routing-repeats $(ARGS)

routing-walk: install ## Ask the desk about thirty real complaints and print what it suggests and why
	@$(PY) -m tests.bench.routing_walk

screenshots: install assets browser ## Take the pictures of every page
	@$(PY) -m tests.browser.screenshots $(ARGS)

clean: ## Stop the embedded services, remove what make can make again (DATA=1: the data in var/ too)
	@DATA="$(DATA)" .ci/clean

install: ## Building block: .venv with the locked packages and the command .venv/bin/hotline
	@.ci/install

assets: install ## Building block: front-end packages and compiled translations
	@.ci/assets

browser: ## Building block: Chromium and Chinese fonts by apt
	@.ci/browser
