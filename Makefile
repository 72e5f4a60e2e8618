# `make demo` and `make test` are all that a newcomer needs: both install what is missing, and say what.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Results and runtimes of this checkout; remove the folder to start anew.
export INGOT_HOME ?= $(CURDIR)/.ingot

INGOT := .build/release/ingot
RUNTIMES := onnxruntime openvino tensorrt-rtx
PACKAGES := libyaml-dev libssl-dev zlib1g-dev python3 python3-pip
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
FORMATTED := Package.swift Sources Tests

.PHONY: help demo test build bench format lint packages runtimes

help:
	@echo "make demo    install what is missing, build Ingot, build and verify the example engines"
	@echo "make test    install what is missing, run all tests"
	@echo "make build   the program: $(INGOT)"
	@echo "make bench   time Ingot's no-op and its parts"
	@echo "make format  format the sources in place;  make lint  only say what is not formatted"

packages:
	@missing=""; for package in $(PACKAGES); do \
	  dpkg-query -W -f='$${Status}' $$package 2>/dev/null | grep -q "install ok installed" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
	  echo "installing Debian packages:$$missing"; \
	  $(SUDO) apt-get update -qq && DEBIAN_FRONTEND=noninteractive $(SUDO) apt-get install -y -qq --no-install-recommends $$missing; \
	fi
	@command -v swift >/dev/null || { echo "swift is not in PATH; install Swift 6.3 from https://www.swift.org/install" >&2; exit 1; }

build: packages
	swift build -c release --static-swift-stdlib --product ingot

runtimes: build
	@$(INGOT) runtimes install $(RUNTIMES)

demo: runtimes
	$(INGOT) build Pipelines/digits.yaml Pipelines/digits-hard.yaml --out out

# The tests run the program as it is built for them, with all checks on. End to end comes last and alone: it waits for
# whole builds, which would hold up unit tests that hold others to a time.
test: packages
	swift build --build-tests
	@.build/debug/ingot runtimes install $(RUNTIMES)
	INGOT_TEST_RUNTIMES=$(INGOT_HOME)/runtimes swift test --skip-build --disable-xctest --skip EndToEndTests
	INGOT_TEST_BINARY=$(CURDIR)/.build/debug/ingot INGOT_TEST_RUNTIMES=$(INGOT_HOME)/runtimes \
	  swift test --skip-build --disable-xctest --filter EndToEndTests

bench: runtimes
	INGOT=$(CURDIR)/$(INGOT) bash Tests/Benchmarks/noop.sh

format:
	swift format --in-place --recursive --parallel $(FORMATTED)

lint:
	swift format lint --strict --recursive --parallel $(FORMATTED)
