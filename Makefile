# make run     set up what is missing and start the demo (make run PORT=9000 ARGS="--cameras 4")
# make test    set up what is missing, check and test everything
# make help    the other targets

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

HOST ?= 127.0.0.1
PORT ?= 8080
ARGS ?=

BIN := .venv/bin
NODE := deploy/with-node.sh
# Stamps: what is older than its stamp is done.
RUN_READY := .venv/.ready-to-run
TEST_READY := .venv/.ready-to-test
TEST_SYSTEM_READY := .venv/.ready-system
WEB_READY := web/node_modules/.ready
WEB_BUILT := web/dist/.built
WEB_SOURCES := $(shell find web -path web/node_modules -prune -o -path web/dist -prune -o -path web/tests -prune -o -type f -print)

.PHONY: help setup setup-run setup-test run check check-python check-web check-firmware test \
	test-firmware fuzz-firmware size-firmware test-python test-web bench lock clean

help: ## what there is to make
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

setup: setup-run setup-test ## install all that is missing, into .venv and web/node_modules

setup-run: $(RUN_READY) $(WEB_BUILT) ## what running needs: no browser, no test tools

setup-test: $(TEST_READY) $(TEST_SYSTEM_READY) $(WEB_BUILT) ## what the tests need, too

$(RUN_READY): pyproject.toml constraints.txt
	@python=$$(PYTHON="$${PYTHON:-}" deploy/setup-system.sh run); \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then $$python -m venv --clear .venv; fi
	$(BIN)/pip install --quiet -c constraints.txt -e '.[mqtt]'
	@touch $@

$(TEST_READY): $(RUN_READY)
	$(BIN)/pip install --quiet -c constraints.txt -e '.[dev]'
	@touch $@

# Programs can go away again, so their stamp counts only while they are there.
TEST_PROGRAMS := chromium turnserver janus motion mosquitto ip g++ cmake clang++ clang-tidy clang-format \
	cppcheck
ifneq ($(shell PATH="$$PATH:/usr/sbin" command -v $(TEST_PROGRAMS) | wc -l),$(words $(TEST_PROGRAMS)))
.PHONY: $(TEST_SYSTEM_READY)
endif
$(TEST_SYSTEM_READY): deploy/setup-system.sh | $(RUN_READY)
	@deploy/setup-system.sh test
	@touch $@

$(WEB_READY): web/package-lock.json | $(RUN_READY)
	cd web && ../$(NODE) npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(WEB_BUILT): $(WEB_SOURCES) $(WEB_READY)
	cd web && ../$(NODE) npm run --silent build
	@touch $@

run: setup-run ## set up what is missing and start the demo; PORT=9000, ARGS="--cameras 4"
	@exec $(BIN)/peerlens demo --host $(HOST) --port $(PORT) $(ARGS)

check: check-python check-web check-firmware ## lint and types

check-python: $(TEST_READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-web: $(WEB_READY)
	cd web && ../$(NODE) npm run --silent check

# clang-tidy looks at what changed since it last did.
check-firmware: $(TEST_SYSTEM_READY)
	clang-format --dry-run --Werror $$(git ls-files 'firmware/*.cpp' 'firmware/*.hpp')
	firmware/tools/check_tree.py
	firmware/tools/cppcheck.sh
	cmake -S firmware -B build/firmware-checked -DCMAKE_CXX_COMPILER=clang++ -DTIDY=ON \
		-DBUILD_TESTING=OFF
	cmake --build build/firmware-checked --parallel 2

test: setup ## check, and every test; each suite ends with its own closing lines
	@failed=; \
	for suite in check test-firmware test-python test-web; do \
		echo "== $$suite"; \
		$(MAKE) --no-print-directory "$$suite" || failed="$$failed $$suite"; \
	done; \
	if [ -n "$$failed" ]; then echo "== failed:$$failed"; exit 1; fi; \
	echo "== all passed: check test-firmware test-python test-web"

# Thrice: as it is, by GCC; by clang, under the sanitizers for addresses and undefined behaviour,
# with the fuzz targets; and what has threads under the sanitizer for those.
FIRMWARE_TESTED := ctest --output-on-failure --timeout 60 --parallel 2 --test-dir
FUZZED := cmake -S firmware -B build/firmware-sanitized -DCMAKE_CXX_COMPILER=clang++ \
	-DSANITIZE=address,undefined -DFUZZ=ON
test-firmware: $(TEST_SYSTEM_READY)
	cmake -S firmware -B build/firmware
	cmake --build build/firmware --parallel 2
	$(FIRMWARE_TESTED) build/firmware
	$(FUZZED)
	cmake --build build/firmware-sanitized --parallel 2
	$(FIRMWARE_TESTED) build/firmware-sanitized
	cmake -S firmware -B build/firmware-threads -DCMAKE_CXX_COMPILER=clang++ -DSANITIZE=thread
	cmake --build build/firmware-threads --parallel 2
	$(FIRMWARE_TESTED) build/firmware-threads
	firmware/tools/size_report.py --quiet

SECONDS ?= 600
FUZZ ?= *
fuzz-firmware: $(TEST_SYSTEM_READY) ## fuzz the firmware's parsers, each for SECONDS=600; FUZZ=http
	$(FUZZED)
	cmake --build build/firmware-sanitized --parallel 2 --target fuzzers
	@for program in build/firmware-sanitized/fuzz/$(FUZZ)_fuzz; do \
		echo "== $$program"; \
		firmware/fuzz/run.sh "$$program" seconds $(SECONDS) || exit 1; \
	done

size-firmware: $(TEST_SYSTEM_READY) ## flash and static RAM of each of the firmware's objects
	firmware/tools/size_report.py

test-python: setup-test
	$(BIN)/python -m pytest $(PYTEST_ARGS)

test-web: $(WEB_READY)
	cd web && ../$(NODE) npm test --silent

bench: setup ## every benchmark, short
	@for file in bench/*.py; do \
		grep -q '^from bench.options import run' "$$file" || continue; \
		name=$$(basename "$$file" .py); \
		echo "== $$name"; \
		$(BIN)/python -m "bench.$$name" --quick || exit 1; \
	done

lock: ## renew constraints.txt from the newest versions that pyproject.toml allows
	rm -rf build/lock && python3 -m venv build/lock
	build/lock/bin/pip install --quiet -e '.[dev,node]'
	@{ sed -n '/^#/p' constraints.txt; build/lock/bin/pip freeze --exclude-editable; } > build/constraints.txt
	mv build/constraints.txt constraints.txt

clean: ## remove all that was installed and built here
	rm -rf .venv web/node_modules web/dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -rf *.egg-info
