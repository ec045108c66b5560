# Everything that is done with this repository, by a person or by CI, is a target here.

.DEFAULT_GOAL := help
.PHONY: help install run test check ci format audit licences bench lighthouse soak attack wheels lock state deploy mirror screenshots
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV ?= .venv
TERRAFORM ?= terraform
# Where the bucket for Terraform's state lies.
REGION ?= us-central1
# More than the machine's cores does not help: the emulator and the functions need them too.
WORKERS ?= 2
BIN := $(VENV)/bin
PIP := $(BIN)/pip --quiet --disable-pip-version-check
# What `make wheels` fetched, as long as it is what is wanted; then nobody else is asked for it.
FETCHED = $(shell cmp -s requirements-dev.txt wheels/requirements-dev.txt && \
  echo --no-index --find-links wheels)
LISTS ?= requirements.txt requirements-dev.txt requirements-java.txt requirements-tools.txt \
  $(CHECKOV).txt
CHECKOV := tests/infra/requirements-checkov
TOOLS := .venv-tools/bin
# One list for every system and every Python from 3.11 on; what is locked stays as it is, unless a
# *.in says otherwise or ARGS is --upgrade.
COMPILE := $(TOOLS)/uv pip compile --quiet --universal --python-version 3.11 \
  --generate-hashes --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock" $(ARGS)

help: ## Show what can be done
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(VENV)/installed ## Create the virtual environment and install everything into it

# The stamp is older than a changed list of requirements, and then installs again.
$(VENV)/installed: $(BIN)/pip requirements-dev.txt pyproject.toml
	$(PIP) install $(FETCHED) -r requirements-dev.txt
# What builds our own package is among what was just installed.
	$(PIP) install $(FETCHED) --no-deps --no-build-isolation --editable .
	@touch $@

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, and $(PYTHON) is not: name one, as in make PYTHON=python3.13 install." >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@touch $@

wheels: $(BIN)/pip ## Fetch all packages into wheels/, so that make install needs no network
	$(PIP) download --only-binary :all: --dest wheels -r requirements-dev.txt
	@cp requirements-dev.txt wheels

lock: $(TOOLS)/installed ## Write the whole lists of requirements, with hashes, from the *.in
	$(COMPILE) requirements.in --output-file requirements.txt
	$(COMPILE) requirements-dev.in --constraints requirements.txt --output-file requirements-dev.txt
	$(COMPILE) requirements-java.in --output-file requirements-java.txt
	$(COMPILE) requirements-tools.in --output-file requirements-tools.txt
	$(COMPILE) $(CHECKOV).in --output-file $(CHECKOV).txt

$(TOOLS)/installed: requirements-tools.txt
	$(PYTHON) -m venv .venv-tools
	$(TOOLS)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-tools.txt
	@touch $@

run: install ## Run everything on this machine (ports: make run SITE_PORT=9000 …)
	@exec $(BIN)/python -m dev

test: install ## Run the whole test suite (some of it: make test ARGS=tests/unit)
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(ARGS)

check: install ## Lint, formatting and types, of Python and of the page
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy functions organizer dev infra/publish.py tests
	$(BIN)/python -m dev.page_checks

ci: ## Install what a bare Debian machine lacks, then check and test
	.ci/run

format: install ## Put the code into its one format
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

bench: install ## Measure signatures per second, CPU and memory
	$(BIN)/python -m dev.bench $(ARGS)

lighthouse: install ## Have Lighthouse grade every page, on a phone and on a desktop
	$(BIN)/python -m dev.lighthouse $(ARGS)

audit: $(TOOLS)/installed ## Ask whether anything that is installed is known to be vulnerable; needs the network
# Strict: a package that nobody knows here is no package without faults.
	$(TOOLS)/pip-audit --strict --disable-pip --require-hashes $(LISTS:%=--requirement %)

licences: install ## List the licences of everything that is installed
	$(BIN)/python -m dev.licences

soak: install ## Play faults, bursts and attackers for an hour; Ctrl-C stops it, and again goes on
	$(BIN)/python -m dev.soak $(ARGS)
# Whoever says which scenarios they want has what they want.
	$(if $(strip $(ARGS)),,$(MAKE) attack)

attack: install ## Play the games of "Safe to sign" and send the contract at length, for an hour or more
# A test may last as long as it takes; otherwise five minutes end it.
	GAMES=long FUZZ=long $(BIN)/python -m pytest -rP -o faulthandler_timeout=0 tests/games tests/test_fuzz.py

# For make alone: wrappers of terraform read a variable of this name too.
unexport TERRAFORM

# Terraform on one project's own state, which lies in a bucket of that project.
IN_INFRA = $(TERRAFORM) -chdir=infra
INIT = $(IN_INFRA) init -reconfigure -backend-config=bucket=$(PROJECT)-state

.PHONY: project
project:
	@test -n "$(PROJECT)" || { echo "Say which Google Cloud project: make $(MAKECMDGOALS) PROJECT=my-project." >&2; exit 1; }

state: project ## Make the bucket for Terraform's state, once (make state PROJECT=my-project)
	gcloud storage buckets describe gs://$(PROJECT)-state --project=$(PROJECT) >/dev/null 2>&1 || \
	  gcloud storage buckets create gs://$(PROJECT)-state --project=$(PROJECT) --location=$(REGION) --uniform-bucket-level-access --public-access-prevention
	gcloud storage buckets update gs://$(PROJECT)-state --versioning
	$(INIT)

deploy: project ## Put the petition online (make deploy PROJECT=my-project)
	@test -e infra/$(PROJECT).tfvars || { echo "Copy infra/terraform.tfvars.example to infra/$(PROJECT).tfvars, and fill it in." >&2; exit 1; }
	@test ! -e infra/terraform.tfvars || { echo "Move what is in infra/terraform.tfvars to infra/$(PROJECT).tfvars: it would be taken for every project." >&2; exit 1; }
	$(PYTHON) infra/publish.py
	$(INIT)
	@state=$$($(IN_INFRA) state pull) || exit 1; \
	  others=$$(echo "$$state" | sed -n 's/^ *"project": "\(.*\)",*$$/\1/p' | sort -u | grep -vx '$(PROJECT)'); \
	  test -z "$$others" || { echo "This state is not that of $(PROJECT) but of" $$others"; nothing was changed." >&2; exit 1; }
	$(IN_INFRA) apply -var=project=$(PROJECT) -var-file=$(PROJECT).tfvars $(ARGS)

CONFIG ?= config.json
ARCHIVE ?= mirror.zip

mirror: install ## Pack the page for another host (make mirror CONFIG=config.json ADDRESS=https://…/)
	@$(BIN)/python -m dev.mirror $(CONFIG) $(ARCHIVE) $(if $(ADDRESS),--address $(ADDRESS))

screenshots: install ## Take the pictures in the documentation
	$(BIN)/python -m dev.pictures
