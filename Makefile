# Two commands that do all the set-up by themselves: `make demo` and `make test`.
# Needs Python >= 3.11 with venv and pip; PYTHON chooses another one.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# An installation is current while these files have not changed.
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev

.PHONY: demo test check lint types

demo: $(STAMP)  ## Crash-test the bundled FastAPI shop and print what breaks.
	@$(BIN)/crashworthy test examples/shop_fastapi --budget 60; status=$$?; \
	  if [ $$status -eq 1 ]; then echo "The example breaks, as its WRONG.md says (exit code 1)."; else exit $$status; fi

test: $(DEV_STAMP)  ## Lint, type check and run the whole test suite.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest -n 3 --dist worksteal

$(VENV)/bin/uv:
	$(PYTHON) -c 'import sys; assert sys.version_info >= (3, 11), "crashworthy needs Python 3.11 or later; run: make PYTHON=python3.11 ..."'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "uv>=0.5"

$(STAMP): pyproject.toml uv.lock | $(VENV)/bin/uv
	$(BIN)/uv sync --frozen --quiet --no-dev --inexact
	@touch $@

$(DEV_STAMP): pyproject.toml uv.lock | $(VENV)/bin/uv
	$(BIN)/uv sync --frozen --quiet --inexact
	@touch $@ $(STAMP)
