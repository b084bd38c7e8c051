# The handful of verbs; .ci/run calls the same ones. Everything runs in one virtual environment: .venv.
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: install demo test servers lint bench crashlab fuzz clean

install: $(STAMP)

$(STAMP): pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[postgres,test]'
	touch $@

demo: install
	$(BIN)/digest demo demo

# Compiled files are kept even where the machine asks for none: each command that a test starts would compile all anew.
# Each worker begins with a part of its own, which keeps what a file's tests share in one place, and helps out at the end.
test: install
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

# Speaks with real servers of other people, which it starts and ends on loopback; skips those that are not installed.
servers: install
	$(BIN)/python -m pytest --timeout=600 $(ARGS) tests/servers

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python bench.py $(if $(ONLY),--only $(ONLY))

# Kills senders for five minutes, in an order of chance; ARGS="--seconds 3600 --readers 1000 --seed 7" for longer, or again.
crashlab: install
	$(BIN)/python -m tests.crashlab $(ARGS)

# Calls the HTTP API with whatever its description allows, and does not: some hundred times each path, in some minutes.
fuzz: install
	FUZZ_EXAMPLES=$(or $(EXAMPLES),100) $(BIN)/python -m pytest --timeout=7200 $(ARGS) tests/web/test_api_fuzz.py

clean:
	rm -rf .venv demo build dist bench.json
