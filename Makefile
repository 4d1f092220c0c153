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
# No path of the machine gets into the module.
REMAP := --remap-path-prefix=$(CARGO_HOME_DIR)=cargo --remap-path-prefix=$(CURDIR)=.

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z.-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 24

.PHONY: target
target:
	@test -d "$$(rustc --print target-libdir --target $(TARGET))" || rustup target add $(TARGET)

policy.wasm: $(SOURCES) | target ## Build the policy as policy-server loads it
	RUSTFLAGS="$(REMAP)" cargo build --locked --profile policy --target $(TARGET) --target-dir $(TARGET_DIR)
	cp $(MODULE) $@
	@echo "$@: $$(wc -c < $@) bytes"

annotated-policy.wasm: policy.wasm ## The same file under the name that Kubewarden's tooling expects
	cp $< $@

AUDIT := $(TARGET_DIR)/debug/rancher-agent-audit
# Exit status 2 says that some agent lags, which is what the demo is to show.
LAGS_MAY_BE_FOUND := || test $$? -eq 2

.PHONY: demo
demo: policy.wasm ## Audit a sample fleet: which agents lag, and what to do
	cargo build --locked --package rancher-agent-audit --target-dir $(TARGET_DIR)
	@echo; echo "A fleet under Rancher v2.12.3:"; echo
	@cat audit/fleet/settings.json audit/fleet/clusters.json | $(AUDIT) - $(LAGS_MAY_BE_FOUND)
	@echo; echo "Two clusters while release candidate 10 is tried:"; echo
	@$(AUDIT) audit/fleet/release-candidate.json $(LAGS_MAY_BE_FOUND)

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
	cargo test --locked --workspace --target-dir $(TARGET_DIR)

.PHONY: clean
clean: ## Remove what was built
	cargo clean
	rm -f policy.wasm annotated-policy.wasm
