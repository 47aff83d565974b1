# reelbucket's commands. Each target does the set-up that it needs, and only once; `make` alone lists them.
#
# SEED=               leaves out the sample video of `make up`
# KEEP=               forgets the library at `make down`, which otherwise comes back at the next `make up`
# REEL_PORT=4600      the port of the local stack; 0 is any free one. Without it 4566, or another one if that is taken
# REEL_LOCAL=.other   the folder of a second local stack, to run beside the first
# NAME=films          of `make deploy` and the like: the stack, and what its buckets' names begin with; reelbucket without it
# REGION=eu-west-1    where; else the AWS command line's own
# PARAMETERS='Cdn=none SiteTitle="My films"'  of the template, or @FILE with such words
# PRIVATE=yes         makes the library of `make deploy` private (docs/private.md); PRIVATE=no public again
# EMPTY=yes           lets `make undeploy` delete the videos and the secret too, for good
# UPGRADE=upgrade     lets `make lock` take newer versions

export PATH := $(CURDIR)/.local/bin:$(PATH)
export SEED ?= demo
export SAM_CLI_TELEMETRY := 0

PYTHON := .local/venv/bin/python
SETUP := bash infra/local/bootstrap.sh && $(PYTHON) -m infra.local.setup
PYTEST := $(PYTHON) -m pytest
# What imports LocalStack is checked where LocalStack is installed.
IN_LOCALSTACK := --python-executable .local/localstack/bin/python --cache-dir .mypy_cache/localstack --follow-imports=silent
EMULATED := infra/local/launch.py $(addprefix infra/local/executor/reelbucket_executor/, plugin.py polling.py conditions.py retention.py)
# On two processors; what a file makes for its tests is made once.
QUICK := -n 2 --dist loadfile $(addprefix tests/,unit stores hostile fuzz)
COMPUTING := tests/simulation tests/inputs

.PHONY: help setup up down deploy undeploy secret check lint types template audit test unit stack browser bench fix format schemas lock

help: ## list the targets
	@sed -n 's/^\([a-z]*\):[^#]*## /\1\t/p' Makefile

setup: ## install what the project needs, into .local: no root, no container engine, no account
	@$(SETUP)

up: setup ## start the local stack, or bring a running one up to date, and show a video on it
	@$(PYTHON) -m infra.local.stack up

down: setup ## stop the local stack
	@$(PYTHON) -m infra.local.stack down

# From the command line alone: some systems have a NAME of their own in the environment.
NAME :=
REGION :=
PARAMETERS :=
PRIVATE :=
EMPTY :=
export NAME REGION PARAMETERS PRIVATE EMPTY

deploy: setup ## put it into an AWS account, or bring it up to date there (docs/deploy.md)
	@$(PYTHON) -m infra.cloud deploy

undeploy: setup ## remove it from the account; the videos stay, unless EMPTY=yes
	@$(PYTHON) -m infra.cloud undeploy

secret: setup ## print the API's secret, which is the operator's token
	@$(PYTHON) -m infra.cloud secret

test: check ## all that must pass before a change lands; the quick tests first
	@$(PYTHON) -m infra.local.setup browser
	npm --prefix frontend test
	$(PYTEST) $(QUICK)
	$(PYTEST) -n 2 --dist loadscope --durations=20 $(COMPUTING) tests/stack tests/browser

check: lint types template ## what can be said without running anything: style, types, template, purity, schemas
	$(PYTEST) -q $(addprefix tests/unit/,test_purity.py test_template.py template test_schemas.py)

lint: setup ## style
	.local/venv/bin/ruff format --check .
	.local/venv/bin/ruff check .

types: setup ## types of Python and of the front end
	.local/venv/bin/mypy
	.local/venv/bin/mypy $(IN_LOCALSTACK) $(EMULATED)
	npm --prefix frontend run types

template: setup ## the template, as SAM and CloudFormation read it, and as outside judges see it
	AWS_DEFAULT_REGION=us-east-1 .local/sam/bin/sam validate --lint
	@$(PYTHON) -m infra.local.setup judges
	.local/judges/bin/python -m infra.judges template.yaml

audit: setup ## which pinned versions have become known as vulnerable; the one check that asks the network
	@$(PYTHON) -m infra.local.setup judges
	@$(PYTHON) -m infra.judges.audit

unit: setup ## tests that need no stack: unit, stores, inputs, hostile, fuzz, simulation, and the front end's own
	@$(PYTHON) -m infra.local.setup judges
	$(PYTEST) $(QUICK)
	$(PYTEST) $(COMPUTING)
	npm --prefix frontend test

stack: setup ## tests on a local stack of their own, which does not disturb `make up`
	$(PYTEST) tests/stack

browser: setup ## tests in a real browser, on that stack
	@$(PYTHON) -m infra.local.setup browser
	$(PYTEST) tests/browser

bench: setup ## measure, and print tables; a quiet machine and half an hour
	$(PYTHON) -m tests.benchmarks

fix: setup ## repair what the linter can repair
	.local/venv/bin/ruff check --fix .
	.local/venv/bin/ruff format .

format: setup ## format
	.local/venv/bin/ruff format .

schemas: setup ## write what is made from the code: the documents' schemas, docs/formats.md, the manual pages
	$(PYTHON) -m infra.schemas
	$(PYTHON) -m infra.formats
	$(PYTHON) -m infra.manual

lock: setup ## compile the requirements files
	$(PYTHON) -m infra.local.lock $(UPGRADE)
