# `make` lists the targets. Everything needs git, make, a C compiler and
# rustup with network; the rest is installed by the targets themselves.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

TARGET := wasm32-wasip1
TARGET_DIR ?= target
MODULE := $(TARGET_DIR)/$(TARGET)/policy/rancher_agent_version_policy.wasm
SOURCES := $(shell find src -name '*.rs') build.rs policy-metadata.yml Cargo.toml Cargo.lock rust-toolchain.toml Makefile
CARGO_HOME_DIR := $(or $(CARGO_HOME),$(HOME)/.cargo)
# No path of the machine gets into the module. The flags are parted by the
# character that cargo takes for it, so that paths may hold blanks.
UNIT := $(shell printf '\037')
REMAP := --remap-path-prefix=$(CARGO_HOME_DIR)=cargo$(UNIT)--remap-path-prefix=$(CURDIR)=.

# All targets build in one folder, whatever the environment says.
export CARGO_TARGET_DIR := $(TARGET_DIR)
unexport CARGO_BUILD_TARGET

.DELETE_ON_ERROR:

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

.PHONY: target
target:
	@test -d "$$(rustc --print target-libdir --target $(TARGET))" || rustup target add $(TARGET)

policy.wasm: $(SOURCES) | target ## Build the policy as policy-server loads it
	CARGO_ENCODED_RUSTFLAGS="$(REMAP)" cargo build --locked --profile policy --target $(TARGET)
	cp $(MODULE) $@
	@echo "$@: $$(wc -c < $@) bytes"

annotated-policy.wasm: policy.wasm ## The same file under the name that Kubewarden's tooling expects
	cp $< $@

AUDIT := $(TARGET_DIR)/debug/rancher-agent-audit
# Exit status 2 says that some agent lags, which is what the demo is to show.
FINDS_LAG := && exit 1 || test $$? -eq 2

.PHONY: demo
demo: policy.wasm ## Audit a sample fleet: which agents lag, and what to do
	cargo build --locked --package rancher-agent-audit
	@echo; echo "A fleet under Rancher v2.12.3:"; echo
	@cat audit/fleet/settings.json audit/fleet/clusters.json | $(AUDIT) - $(FINDS_LAG)
	@echo; echo "Two clusters while release candidate 10 is tried:"; echo
	@$(AUDIT) audit/fleet/release-candidate.json $(FINDS_LAG)

.PHONY: fmt
fmt: ## Format the code
	cargo fmt --all

.PHONY: lint
lint: policy.wasm ## Check format, lints and documentation; warnings are errors
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- --deny warnings
	cargo clippy --locked --package rancher-agent-version-policy --target $(TARGET) -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --workspace --no-deps --document-private-items
	RUSTDOCFLAGS="--deny warnings" cargo doc --locked --package rancher-agent-version-policy --target $(TARGET) --no-deps --document-private-items

.PHONY: test
test: lint ## Run all checks and tests, natively and on the built policy.wasm
	cargo test --locked --workspace

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -f policy.wasm annotated-policy.wasm
