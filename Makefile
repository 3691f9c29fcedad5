# The verbs. `make run` and `make test` install what is missing; the rest expects `make install` to have run.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: install run evening chat test lint format contract evals bench bench-models bench-desk bench-knowledge crash crash-nightly index check clean

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Nightdesk needs Python 3.11 or newer; set PYTHON=python3.11")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	$(BIN)/nightdesk prepare
	touch $(STAMP)

run: install          ## serve the demo company: web chat on loopback, no keys
	$(BIN)/nightdesk serve

evening: install      ## a made-up day at speed on the same desk, so that inbox and dashboard are alive
	$(BIN)/nightdesk demo evening

chat: install         ## the same desk in the terminal
	$(BIN)/nightdesk chat

test: install         ## everything
	$(BIN)/python -m pytest

lint: install         ## style, types, floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

format: install
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix-only .

contract: install     ## one spec per port, over every implementation
	$(BIN)/python -m pytest tests/contract

evals: install        ## the golden conversations
	$(BIN)/nightdesk evals

bench: install        ## the figures of docs/benchmarks.md
	$(BIN)/nightdesk bench

bench-models: install ## model calls beside a prebuilt agent, on one scripted server
	$(BIN)/python -m evals.bench_models.run

bench-desk: install   ## a desk measured from a second process: accepting, answering
	$(BIN)/python -m evals.bench_desk --on-postgres 1 --on-postgres 2 --on-postgres 4

bench-knowledge: install ## what the search finds beside others, how fast, and what a kill leaves
	$(BIN)/python -m evals.bench_knowledge.run

KILLS ?= 50
crash: install        ## kill the desk fifty times while customers write; nothing may be lost or done twice
	$(BIN)/python -m evals.crash.campaign --kills $(KILLS)

crash-nightly: install
	$(BIN)/python -m evals.crash.campaign --kills 1000

index: install        ## read knowledge/ again and write its report
	$(BIN)/nightdesk knowledge sync

check: lint test evals

clean:
	rm -rf .venv var
