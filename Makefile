# Two commands matter: `make run` and `make test`. `make help` lists the rest.
.DEFAULT_GOAL := help
.PHONY: help run test bench soak check lock assets docs clean
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 10

run: $(VENV)/.run ## start the whole portal on this machine (ARGS=--detach to leave it running)
	@$(BIN)/portal up $(ARGS)

test: $(VENV)/.dev ## everything: environment, lint, types, all suites, end to end in Chromium
	@$(BIN)/python -m tests $(ARGS)

bench: $(VENV)/.dev ## speed, each figure beside a floor or a peer of the same run
	@$(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.dev ## referrals written, or a source that changes, while processes are killed (ARGS="--referrals 2000" or "source --minutes 10")
	@$(BIN)/python -m tests.soak $(ARGS)

check: $(VENV)/.dev ## lint, types, import rules, generated documents
	@$(BIN)/python -m tests check

docs: $(VENV)/.dev ## write the generated documents again
	@$(BIN)/python -m deploy.generate

assets: $(VENV)/.run ## rebuild the pages' CSS and JavaScript from npm's govuk-frontend (needs Node)
	@$(BIN)/python -m deploy.generate.assets

COMPILE = $(BIN)/uv pip compile -q pyproject.toml --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url --no-emit-find-links
lock: $(VENV)/.dev ## resolve the three lock files again: the services, with the engines, with the tests
	@$(COMPILE) -o requirements.lock
	@$(COMPILE) --extra local --extra build --constraint requirements.lock -o requirements-local.lock
	@$(COMPILE) --extra local --extra build --extra parquet --extra dev --constraint requirements-local.lock -o requirements-dev.lock

clean: ## forget the environment (the portal's data stays)
	rm -rf $(VENV)

# The environment is made from the lock, whole; a changed lock is installed again.
$(VENV)/.pip:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "The portal needs Python 3.11, 3.12 or 3.13 as $(PYTHON). Install one, or say which: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.run: requirements-local.lock pyproject.toml | $(VENV)/.pip
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r $(if $(wildcard $(VENV)/.dev),requirements-dev.lock,requirements-local.lock)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml | $(VENV)/.pip
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.run
