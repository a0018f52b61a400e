# One command per wish. Needs Python 3.11 or newer with its venv module, and make. Nothing else.
#   make demo    the rehearsal in the browser (PORT=8765)
#   make test    everything; builds what it needs
#   make install what a server needs       make venv   everything that the tests need
#   make lint    ruff, mypy, the laws      make bench  the figures
#   make audit   known holes (network)     make clean  forgets the environment
#   make pictures  the pictures of the README, taken from the rehearsal (needs Chromium)

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
PORT ?= 8765
BIN := $(VENV)/bin
TYPED := $(wildcard bot cogs migrations tests benchmarks)
# Stamps make a second call instant. `dev` holds everything that `run` holds.
RUN := $(VENV)/.installed-run
DEV := $(VENV)/.installed-dev
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check
# `compat` puts this folder on the path as it is: a new package in it is found without installing again.
OURS := --no-deps --no-build-isolation --config-settings editable_mode=compat -e .

.PHONY: install venv demo test bench pictures lint audit clean
.DEFAULT_GOAL := demo

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: https://www.python.org/downloads/"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(DEV): requirements.lock requirements-dev.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements-dev.lock
	$(PIP) $(OURS)
	@touch $(DEV) $(RUN)

$(RUN): requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) $(OURS)
	@touch $(RUN)

install: $(RUN)

venv: $(DEV)

# Installs neither a homeserver nor a browser.
demo: $(RUN)
	$(BIN)/causeway demo --port $(PORT)

test: $(DEV)
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile $(ARGS)

bench: $(DEV)
	$(BIN)/python -m benchmarks

pictures: $(DEV)
	$(BIN)/python -m docs.pictures

lint: $(DEV)
	$(BIN)/ruff check .
	$(BIN)/mypy $(TYPED)
	$(BIN)/python -m pytest -q tests/laws

# Needs the network: asks the public list of known holes about the locked versions.
audit: $(DEV)
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock

clean:
	rm -rf $(VENV)
