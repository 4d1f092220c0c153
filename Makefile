# `make` lists the targets. They need git, make, a C compiler and rustup with network,
# those of web/ Node and npm as well; the rest is installed by the targets themselves,
# unless a target says what else it needs.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET := wasm32-wasip1
TARGET_DIR ?= target
MODULE := $(TARGET_DIR)/$(TARGET)/policy/rancher_agent_version_policy.wasm
SOURCES := $(shell find src -name '*.rs') build.rs policy-metadata.yml Cargo.toml Cargo.lock rust-toolchain.toml Makefile
# What rustc builds for, told to wasm-opt because a stripped module no longer says so itself.
FEATURES := bulk-memory multivalue mutable-globals nontrapping-float-to-int reference-types sign-ext
CARGO_HOME_DIR := $(or $(CARGO_HOME),$(HOME)/.cargo)
# No path of the machine gets into the module. The flags are parted by the
# character that cargo takes for it, so that paths may hold blanks.
UNIT := $(shell printf '\037')
REMAP := --remap-path-prefix=$(CARGO_HOME_DIR)=cargo$(UNIT)--remap-path-prefix=$(CURDIR)=.
# LLVM inlines half as much as it would: policy.wasm is smaller by 15 KB, and as fast.
GUEST_FLAGS := $(REMAP)$(UNIT)-Cllvm-args=--inline-threshold=120

# All targets build in one folder, whatever the environment says.
export CARGO_TARGET_DIR := $(TARGET_DIR)
unexport CARGO_BUILD_TARGET

.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z0-9.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

.PHONY: target
target:
	@test -d "$$(rustc --print target-libdir --target $(TARGET))" || rustup target add $(TARGET)

policy.wasm: $(SOURCES) | target ## Build the policy as policy-server loads it
	CARGO_ENCODED_RUSTFLAGS="$(GUEST_FLAGS)" cargo build --locked --profile policy --target $(TARGET)
	cp "$(MODULE)" $@
	@echo "$@: $$(wc -c < $@) bytes, sha256 $$(sha256sum < $@ | cut -d ' ' -f 1)"

# The policy for the browser and for Node: built, bound, optimised; web/bindings is a
# package for npm as it stands.
BROWSER_TARGET := wasm32-unknown-unknown
BROWSER_MODULE := $(TARGET_DIR)/$(BROWSER_TARGET)/browser/rancher_agent_version_policy_web.wasm
BINDINGS := web/bindings/web/policy_bg.wasm
WASM_OPT := web/node_modules/.bin/wasm-opt

WEB_MODULES := web/node_modules/.package-lock.json
$(WEB_MODULES): web/package-lock.json
	npm ci --prefix web --no-audit --no-fund

.PHONY: browser-target
browser-target:
	@test -d "$$(rustc --print target-libdir --target $(BROWSER_TARGET))" || rustup target add $(BROWSER_TARGET)

$(BINDINGS): $(SOURCES) $(wildcard web/policy/src/*) web/policy/Cargo.toml tools/bindings/src/main.rs tools/bindings/package.json $(WEB_MODULES) | browser-target
	CARGO_ENCODED_RUSTFLAGS="$(REMAP)" cargo build --locked --profile browser --target $(BROWSER_TARGET) --package rancher-agent-version-policy-web
	cargo run --locked --quiet --package rancher-agent-version-policy-bindings -- "$(BROWSER_MODULE)" web/bindings
	for kind in web node; do \
		$(WASM_OPT) -O3 $(FEATURES:%=--enable-%) web/bindings/$$kind/policy_bg.wasm -o web/bindings/$$kind/policy_bg.wasm; \
	done
	cp tools/bindings/package.json web/bindings/
	@echo "$@: $$(wc -c < $@) bytes, $$(gzip -9 -c $@ | wc -c) compressed"

.PHONY: bindings
bindings: $(BINDINGS) ## Build the policy for the browser and for Node

.PHONY: web
web: $(BINDINGS) $(WEB_MODULES) ## Build the playground, a static page, in web/dist
	npm run --prefix web build

.PHONY: web-cases
web-cases:
	cargo run --locked --quiet --package policy-cases --bin export-cases > web/test/cases.json

.PHONY: web-test
web-test: web web-cases ## Test the playground, in Node, Chromium and Firefox (which have to be installed)
	npm test --prefix web

.PHONY: bench-web
bench-web: web web-cases ## Measure what a verdict takes in Chromium, beside a question with nothing to do
	npm run --prefix web bench

.PHONY: reproducible
reproducible: policy.wasm ## Build the policy once more in another folder, and compare
	tools/reproduce policy.wasm "$(TARGET_DIR)/reproducible"

annotated-policy.wasm: policy.wasm ## The same file under the name that Kubewarden's tooling expects
	cp $< $@

# Where cargo installs programs, and the name by which kubectl finds a plugin.
INSTALL_ROOT := $(or $(CARGO_INSTALL_ROOT),$(CARGO_HOME_DIR))
PLUGIN := $(INSTALL_ROOT)/bin/kubectl-rancher_agents

.PHONY: install
install: ## Install rancher-agents, also as kubectl rancher-agents
	cargo install --locked --path cli --root "$(INSTALL_ROOT)"
	ln -sf rancher-agents "$(PLUGIN)"
	@echo
	@echo "Installed in $(INSTALL_ROOT)/bin, which has to be in your PATH. Call it as:"
	@echo "  rancher-agents --help"
	@echo "  kubectl rancher-agents --help"
	@echo "Completions and the manual page:"
	@echo "  rancher-agents completions bash"
	@echo "  rancher-agents man"

.PHONY: uninstall
uninstall: ## Remove what install has installed
	rm -f "$(PLUGIN)"
	cargo uninstall --root "$(INSTALL_ROOT)" rancher-agents

CLI := $(TARGET_DIR)/debug/rancher-agents
SAMPLE := cli/sample/settings.json cli/sample/clusters.json
# Exit status 2 says that some agent lags, which is what the demo is to show.
FINDS_LAG := && exit 1 || test $$? -eq 2

# Evaluates a case of the tests by policy.wasm.
EVALUATE := $(TARGET_DIR)/debug/policy-host policy.wasm

.PHONY: demo
demo: policy.wasm ## Show the built policy reject and accept, and the command on sample clusters
	cargo build --locked --package policy-host --package rancher-agents
	@echo; echo "Rancher v2.12.3, and a user pins an agent that lags:"; echo
	@$(EVALUATE) changed-to-lagging::of-following-cluster-by-user-live
	@echo; echo "The same server, and a cluster that leaves the agent to it:"; echo
	@$(EVALUATE) unchanged-by-user::current-cluster-live
	@echo; echo "12 clusters under Rancher v2.12.3. Before an upgrade to v2.13.0:"; echo
	@cat $(SAMPLE) | $(CLI) plan --to v2.13.0 - $(FINDS_LAG)
	@echo; echo "After the upgrade to v2.12.3:"; echo
	@cat $(SAMPLE) | $(CLI) check - $(FINDS_LAG)
	@echo; echo "The script that hands old pins back to Rancher:"; echo
	@cat $(SAMPLE) | $(CLI) fix - $(FINDS_LAG)
	@echo; echo "Two clusters while release candidate 10 is tried:"; echo
	@$(CLI) check cli/sample/release-candidate.json $(FINDS_LAG)

.PHONY: bench-cli
bench-cli: ## Compare rancher-agents with jq on 10,000 clusters (needs jq and GNU time)
	cargo build --release --locked --package rancher-agents
	cli/bench/compare $(TARGET_DIR)/release/rancher-agents $(TARGET_DIR)/bench

# The guests that the policy is measured beside.
GUESTS := bench/guests/reads-nothing.wasm bench/guests/sdk-type.wasm
$(GUESTS): bench/guests/%.wasm: bench/guests/%/src/lib.rs bench/guests/%/Cargo.toml Cargo.toml Cargo.lock rust-toolchain.toml | target
	CARGO_ENCODED_RUSTFLAGS="$(GUEST_FLAGS)" cargo build --locked --profile policy --target $(TARGET) --package $*-guest
	cp "$(TARGET_DIR)/$(TARGET)/policy/$(subst -,_,$*)_guest.wasm" $@

.PHONY: bench
bench: policy.wasm $(GUESTS) ## Measure what a request costs, beside a guest that reads nothing and one with the SDK's request type
	cargo build --profile bench --locked --package rancher-agent-version-policy-bench
	$(TARGET_DIR)/release/rancher-agent-version-policy-bench policy.wasm $(GUESTS)

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all

# Programs that the checks need, each in the version that they were tried with. Without
# optimisation cargo-deny is built in a third of the time and checks in two seconds.
# The version is part of the path: another version is installed anew.
CARGO_TOOLS := $(TARGET_DIR)/tools
CARGO_DENY := $(CARGO_TOOLS)/cargo-deny-0.20.0/bin/cargo-deny
CARGO_MUTANTS := $(CARGO_TOOLS)/cargo-mutants-27.1.0/bin/cargo-mutants
CARGO_FUZZ := $(CARGO_TOOLS)/cargo-fuzz-0.13.2/bin/cargo-fuzz
install-tool = cargo install --locked $(3) $(1) --version $(patsubst $(1)-%,%,$(notdir $(patsubst %/bin/,%,$(dir $(2))))) --root $(patsubst %/bin/,%,$(dir $(2)))
$(CARGO_DENY):
	$(call install-tool,cargo-deny,$@,--debug)
$(CARGO_MUTANTS):
	$(call install-tool,cargo-mutants,$@,)
$(CARGO_FUZZ):
	$(call install-tool,cargo-fuzz,$@,)

# What the command alone calls of the policy, and how it reads, is held by its tests; what the
# page alone calls, by those of web/.
MUTANTS = $(CARGO_MUTANTS) mutants --jobs 2 --output $(TARGET_DIR)/mutants
.PHONY: mutants
mutants: $(CARGO_MUTANTS) ## Make faults on purpose and see the tests fail (.cargo/mutants.toml says where)
	$(MUTANTS)/policy --package rancher-agent-version-policy
	$(MUTANTS)/command --workspace --file src/cluster.rs --file src/request.rs --file 'cli/src/input/**' \
		--file cli/src/inventory.rs --test-package rancher-agents

.PHONY: dependencies
dependencies: $(CARGO_DENY) $(WEB_MODULES) ## Check bans, licences, sources and signatures of the dependencies
	$(CARGO_DENY) --locked --workspace check bans licenses sources
	npm audit signatures --prefix web

.PHONY: advisories
advisories: $(CARGO_DENY) ## Look for known vulnerabilities of the dependencies (needs the network)
	$(CARGO_DENY) --locked --workspace check advisories
	npm audit --prefix web

GUEST_PACKAGES := --package rancher-agent-version-policy --package reads-nothing-guest --package sdk-type-guest
.PHONY: lint
lint: policy.wasm | browser-target ## Check format, lints and documentation; warnings are errors
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cargo clippy --locked $(GUEST_PACKAGES) --target $(TARGET) -- --deny warnings
	cargo clippy --locked --package rancher-agent-version-policy-web --target $(BROWSER_TARGET) -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked $(GUEST_PACKAGES) --target $(TARGET) --no-deps --document-private-items
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --package rancher-agent-version-policy-web --target $(BROWSER_TARGET) --no-deps --document-private-items

.PHONY: check
check: ## Check format, lints, unit tests and cases, natively: the quick loop
	cargo fmt --all --check
	cargo clippy --locked --all-targets -- --deny warnings
	cargo test --locked --lib --test cases --test docs

# The benchmark has no tests, and wasmtime in it takes minutes to build.
.PHONY: test
test: lint $(GUESTS) ## Run all checks and tests, natively and on the built policy.wasm
	cargo test --locked --workspace --exclude rancher-agent-version-policy-bench

.PHONY: e2e-programs
e2e-programs:
	@tests/e2e/programs

.PHONY: e2e-tests
e2e-tests: e2e-programs policy.wasm ## Run the built policy and the manifests under kwctl and policy-server
	bats tests/e2e.bats tests/e2e/policy-server.bats

# Names of tests, to run these alone.
TESTS ?=
.PHONY: cluster-tests
cluster-tests: policy.wasm ## Replay an upgrade of Rancher on a real API server and policy-server (it names what it needs)
	cargo build --locked --package rancher-agents --package cluster-tests
	$(TARGET_DIR)/debug/cluster-tests $(TESTS)

.PHONY: bench-cluster
bench-cluster: policy.wasm $(GUESTS) ## Measure what a write costs on a real API server, and what policy-server answers in a second
	cargo run --profile bench --locked --package cluster-tests --bin bench-cluster -- policy.wasm $(GUESTS)

.PHONY: bench-live
bench-live: ## Compare rancher-agents with kubectl and jq on a real API server with 10,000 clusters
	cargo build --release --locked --package rancher-agents
	cargo run --profile bench --locked --package cluster-tests --bin bench-live -- $(TARGET_DIR)/release/rancher-agents

# The program of the image.
STATIC_TARGET := $(shell uname -m)-unknown-linux-musl
.PHONY: bench-exporter
bench-exporter: ## Measure what the exporter takes with 10,000 clusters on a real API server (needs musl-gcc)
	rustup target add $(STATIC_TARGET)
	cargo build --release --locked --package rancher-agents --target $(STATIC_TARGET)
	cargo run --profile bench --locked --package cluster-tests --bin bench-exporter -- $(TARGET_DIR)/$(STATIC_TARGET)/release/rancher-agents

.PHONY: release-tests
release-tests: ## Check all scripts, and try those of the release (needs shellcheck, bats, helm and kwctl)
	shellcheck .ci/run cli/bench/compare tools/reproduce tools/release/* tests/e2e/programs .github/actions/kubewarden/install
	bats tools/release-test.bats

MONITORING := deploy/monitoring
.PHONY: monitoring-tests
monitoring-tests: ## Check the alerts and the names of the metrics (needs promtool, in Debian's package prometheus)
	promtool check rules $(MONITORING)/rules.yaml
	promtool test rules $(MONITORING)/rules.test.yaml
	for case in cli/tests/command/cases/*prometheus; do promtool check metrics < $$case/stdout; done

# The code has no unsafe, so no sanitizer; overflow checks and debug assertions are on.
# What is found goes to a corpus of its own beside the committed one, which is only read.
FUZZ_SECONDS ?= 60
FUZZ_DIR := $(TARGET_DIR)/fuzz
FUZZ_FLAGS := --sanitizer none --target-dir "$(FUZZ_DIR)"

.PHONY: fuzz
fuzz: $(CARGO_FUZZ) ## Fuzz each target for FUZZ_SECONDS (60) seconds (needs a nightly toolchain)
	rustup run nightly rustc --version >/dev/null 2>&1 || rustup toolchain install nightly --profile minimal
	rustup run nightly $(CARGO_FUZZ) build $(FUZZ_FLAGS)
	@for target in $$(ls fuzz/fuzz_targets | sed 's/[.]rs$$//'); do \
		found="$(FUZZ_DIR)/corpus/$$target"; log="$(FUZZ_DIR)/$$target.log"; mkdir -p "$$found"; \
		rustup run nightly $(CARGO_FUZZ) run $(FUZZ_FLAGS) $$target "$$found" fuzz/corpus/$$target -- \
			-max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=2048 >"$$log" 2>&1 \
			|| { tail -n 60 "$$log"; exit 1; }; \
		echo "$$target: $$(grep -a '^Done ' "$$log")"; \
	done

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -f policy.wasm annotated-policy.wasm $(GUESTS)
	rm -rf web/node_modules web/bindings web/dist
