# `make demo` and `make test` are all that a newcomer needs: both install what is missing, and say what.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# Results and runtimes of this checkout; remove the folder to start anew.
export INGOT_HOME ?= $(CURDIR)/.ingot

INGOT := .build/release/ingot
RUNTIMES := onnxruntime openvino tensorrt-rtx
PACKAGES := libyaml-dev libssl-dev zlib1g-dev libjpeg-dev libpng-dev python3 python3-pip
SUDO := $(if $(filter 0,$(shell id -u)),,sudo)
FORMATTED := Package.swift Sources Tests

.PHONY: help demo test build bench bench-float16 bench-int8 conformance fuzz leaks sanitize format lint packages runtimes

help:
	@echo "make demo    install what is missing, build Ingot, build and verify the example engines"
	@echo "make test    install what is missing, run all tests"
	@echo "make build   the program: $(INGOT)"
	@echo "make bench   time Ingot's no-op, and sanitizing, calibrating and building beside the tools of today; BENCH_MODELS=\"minilm ...\""
	@echo "make bench-float16, make bench-int8   judge what comes out beside what they make; INT8_MODELS=\"minilm ...\""
	@echo "make conformance   hold Ingot to onnx and ONNX Runtime over about 2,000 models"
	@echo "make fuzz    look for models that crash it, for FUZZ_SECONDS=$(FUZZ_SECONDS) or FUZZ_RUNS inputs"
	@echo "make leaks   1,000 builds and 10,000 runs in one process must not grow it (make test runs a few)"
	@echo "make sanitize   the unit tests under SANITIZERS=\"$(SANITIZERS)\"; address includes undefined behaviour of C and C++"
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

leaks: packages
	swift build --build-tests
	@.build/debug/ingot runtimes install $(RUNTIMES)
	INGOT_TEST_LEAKS=1 INGOT_TEST_RUNTIMES=$(INGOT_HOME)/runtimes \
	  swift test --skip-build --disable-xctest --filter LeakTests

# Each sanitizer has a build of its own, 1 GB, which SANITIZE_KEEP=1 keeps. Swift and C are both instrumented; the runtimes are
# not: what a sanitizer says of them is left out by Tests/Sanitize/*.supp, with a reason each. Swift has no sanitizer for
# undefined behaviour on Linux (it checks arithmetic and bounds itself), so that one is of C and C++ alone and rides along with
# `address`. Left out: LeakTests, which measure memory that a sanitizer keeps back, and EndToEndTests, whose programs
# are other processes. As many tests run at a time as there are threads for them: more would wait for each other past their time limits.
SANITIZERS ?= address thread
SANITIZE_TESTS ?= --skip EndToEndTests --skip LeakTests
SANITIZE_WIDTH ?= $(shell nproc)
SANITIZE := $(CURDIR)/.build/sanitize
FLAGS_address := -Xcc -fsanitize=undefined -Xcc -fno-sanitize=vptr,function -Xcc -fno-sanitize-recover=undefined
FLAGS_thread := -Xlinker $(SANITIZE)/thread/mutex.o
sanitize: packages $(if $(wildcard $(INGOT_HOME)/runtimes),,runtimes)
	@for sanitizer in $(SANITIZERS); do $(MAKE) --no-print-directory sanitize-$$sanitizer; done

sanitize-%: export LSAN_OPTIONS = suppressions=$(CURDIR)/Tests/Sanitize/leak.supp
sanitize-%: export TSAN_OPTIONS = halt_on_error=0:suppressions=$(CURDIR)/Tests/Sanitize/thread.supp
sanitize-%: export UBSAN_OPTIONS = print_stacktrace=1
# OpenVINO's oneTBB opens its libraries with RTLD_DEEPBIND, which ends an instrumented process, unless this is set.
sanitize-%: export TBB_ENABLE_SANITIZERS = 1
# The process that Swift starts to show where a crash was ends in ThreadSanitizer's own, and hides the crash.
sanitize-thread: export SWIFT_BACKTRACE = enable=no
sanitize-thread: $(SANITIZE)/thread/mutex.o
sanitize-%:
	swift build --build-tests --scratch-path $(SANITIZE)/$* --sanitize=$* $(FLAGS_$*)
	INGOT_TEST_RUNTIMES=$(INGOT_HOME)/runtimes swift test --skip-build --scratch-path $(SANITIZE)/$* --sanitize=$* \
	  --disable-xctest --experimental-maximum-parallelization-width $(SANITIZE_WIDTH) $(SANITIZE_TESTS)
	@if [ -z "$(SANITIZE_KEEP)" ]; then rm -rf $(SANITIZE)/$*; fi

$(SANITIZE)/thread/mutex.o: Tests/Sanitize/mutex.c
	@mkdir -p $(@D)
	clang -D_GNU_SOURCE -O1 -Wall -Werror -c $< -o $@

# The tools that people use today, from PyPI, and models to measure on (3.9 GB for all of them, 0.2 GB for these), each list of
# requirements in a folder of its own. What int8 is judged beside takes 6 GB more, so it is no part of `make bench`.
BENCH := $(INGOT_HOME)/bench
BENCH_MODELS ?= resnet50 minilm
INT8_MODELS ?= digits digits-hard resnet50 minilm
# $(call installed,LIST,FOLDER)
define installed
	@mkdir -p $(BENCH)/$(2)
	@cmp -s $(1) $(BENCH)/$(2)/requirements.txt || { \
	  echo "installing $(1) into $(BENCH)/$(2)"; \
	  python3 -m pip install --quiet --retries 1 --upgrade --target $(BENCH)/$(2)/python -r $(1) && \
	  cp $(1) $(BENCH)/$(2)/requirements.txt; }
endef
# $(call with,FOLDER): Python as that list has it.
with = PYTHONPATH=$(BENCH)/$(1)/python PATH=$(BENCH)/$(1)/python/bin:$$PATH python3
ORT_FOLDER = $$(ls -d $(INGOT_HOME)/runtimes/onnxruntime-* | tail -1)

.PHONY: bench-models
bench-models: runtimes
	$(call installed,Pipelines/models/requirements.txt,models)
	$(call with,models) Pipelines/models/make_reference_models.py $(BENCH)/reference $(BENCH_MODELS)

bench: bench-models
	INGOT=$(CURDIR)/$(INGOT) bash Tests/Benchmarks/noop.sh
	$(call installed,Tests/Benchmarks/requirements.txt,Benchmarks)
	$(call with,Benchmarks) Tests/Benchmarks/sanitize.py $(BENCH)/reference $(BENCH_MODELS) --ingot $(INGOT) \
	  --json $(BENCH)/sanitize.json
	$(call with,Benchmarks) Tests/Benchmarks/calibrate.py $(BENCH)/reference $(BENCH_MODELS) --ingot $(INGOT) \
	  --runtime $(ORT_FOLDER) --peer --json $(BENCH)/calibrate.json
	$(call with,Benchmarks) Tests/Benchmarks/build.py $(BENCH)/reference $(BENCH_MODELS) --ingot $(INGOT) \
	  --json $(BENCH)/build.json

bench-float16: bench-models
	$(call installed,Tests/Benchmarks/float16-requirements.txt,float16)
	$(call with,float16) Tests/Benchmarks/float16.py $(BENCH)/reference $(BENCH_MODELS) --ingot $(INGOT) \
	  --json $(BENCH)/float16.json

bench-int8: bench-models
	$(call installed,Tests/Benchmarks/int8-requirements.txt,int8)
	$(call with,int8) Pipelines/models/make_int8_models.py $(BENCH)/int8 --reference $(BENCH)/reference
	$(call with,int8) Tests/Benchmarks/int8.py $(BENCH)/int8 $(INT8_MODELS) --ingot $(INGOT) --speed \
	  --json $(BENCH)/int8.json

# Judges from PyPI, in a folder of their own; MODELS=pattern looks at some models only.
CONFORMANCE := $(INGOT_HOME)/conformance
MODELS ?= *
conformance: build
	@mkdir -p $(CONFORMANCE)
	@cmp -s Tests/Conformance/requirements.txt $(CONFORMANCE)/requirements.txt || { \
	  python3 -m pip install --quiet --upgrade --target $(CONFORMANCE)/python -r Tests/Conformance/requirements.txt && \
	  rm -rf $(CONFORMANCE)/corpus && cp Tests/Conformance/requirements.txt $(CONFORMANCE)/requirements.txt; }
	PYTHONPATH=$(CONFORMANCE)/python python3 Tests/Conformance/corpus.py $(CONFORMANCE)/corpus
	PYTHONPATH=$(CONFORMANCE)/python python3 Tests/Conformance/selfcheck.py
	PYTHONPATH=$(CONFORMANCE)/python python3 Tests/Conformance/conformance.py $(CONFORMANCE)/corpus --ingot $(INGOT) \
	  --only '$(MODELS)' --json $(CONFORMANCE)/verdicts.json

# The modules are built by SwiftPM with coverage for the fuzzer; the target itself is no part of the package. Inputs that
# found something are kept in the corpus folder, those that stop it beside it. Seeds are the small models of this checkout
# and, where `make conformance` has made it, of its corpus. FUZZ_FLAGS='-fork=2 -ignore_crashes=1' goes on after finds.
FUZZ := .build/fuzz
FUZZ_SECONDS ?= 600
FUZZ_RUNS ?= -1
FUZZ_FLAGS ?=
fuzz: packages
	swift build -c release --scratch-path $(FUZZ) --target IngotGraph \
	  -Xswiftc -sanitize=fuzzer -Xswiftc -enable-testing -Xcc -fsanitize=fuzzer-no-link
	swiftc -O -sanitize=fuzzer -parse-as-library -swift-version 6 -I $(FUZZ)/release/Modules -I Sources/CCrypto \
	  -Xcc -fmodule-map-file=$(FUZZ)/release/CSystem.build/module.modulemap Tests/Fuzz/*.swift \
	  Tests/IngotGraphTests/Fuzz/*.swift $$(find $(FUZZ)/release/{CSystem,IngotCore,IngotGraph}.build -name '*.o') -l:libcrypto.a -o $(FUZZ)/ingot-fuzz
	@mkdir -p $(FUZZ)/corpus $(FUZZ)/finds $(FUZZ)/models
	@{ find Tests Pipelines $(CONFORMANCE)/corpus -name '*.onnx' -size -5k 2>/dev/null || true; } | \
	  while read -r model; do cp "$$model" "$(FUZZ)/models/$$(sha256sum "$$model" | cut -c 1-16)"; done
	SWIFT_BACKTRACE=enable=no $(FUZZ)/ingot-fuzz $(FUZZ)/corpus $(FUZZ)/models -max_len=4096 -timeout=30 \
	  -rss_limit_mb=1024 -artifact_prefix=$(FUZZ)/finds/ -max_total_time=$(FUZZ_SECONDS) -runs=$(FUZZ_RUNS) \
	  -print_final_stats=1 $(FUZZ_FLAGS)

format:
	swift format --in-place --recursive --parallel $(FORMATTED)

lint:
	swift format lint --strict --recursive --parallel $(FORMATTED)
