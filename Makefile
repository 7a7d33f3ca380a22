# `make run` opens the lab, `make test` runs its tests. Both need only Python and make to be installed.

SHELL := /bin/bash
VENV := .venv
BIN := $(VENV)/bin
IS_ENOUGH := 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))'
# make PYTHON=python3.13 chooses another; without it the first of these that can make an environment.
ifeq ($(origin PYTHON),undefined)
PYTHON := $(shell for p in python3.11 python3.12 python3.13 python3.14 python3 python; do \
  $$p -c $(IS_ENOUGH) 2>/dev/null && { echo $$p; break; }; done)
endif
SCRIPTS := dashboard/scripts dashboard/assets/boot.js tests/scripts tools/bundle/build.mjs
HOST ?= 127.0.0.1
PORT ?= 8050
FLAGS ?=
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Tests run two at a time; each uses one BLAS thread.
export OPENBLAS_NUM_THREADS := 1

.PHONY: run test sweep scripts bundle lint types check audit hostile coverage bench bench-hall bench-pages sheets drills \
  bench-physics certify agreement mutants search docs docs-links pins vendor clean test-programs browser database proxy peers

run: $(VENV)/run.stamp
	$(BIN)/python -m dashboard --host $(HOST) --port $(PORT) $(FLAGS)

test: $(VENV)/test.stamp test-programs scripts
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 20 -m "not sweep" $(FLAGS)
	$(BIN)/python -m pytest --doctest-modules -q physics tracks dashboard/layouts/constants.py

# The same tests on further tracks, states, widths and themes: what they would find is rare.
sweep: $(VENV)/test.stamp test-programs peers
	$(BIN)/python -m pytest -n 2 --dist worksteal --durations 20 -m sweep $(FLAGS)

# The unit tests of the browser's scripts, in node.
scripts: $(VENV)/test.stamp
	$(BIN)/python -m tools.bundle.node --test "tests/scripts/**/*.test.js"

# Bundle the browser's scripts anew; npm fetches the bundler that tools/bundle/package-lock.json pins.
bundle: $(VENV)/test.stamp
	$(BIN)/python -m tools.bundle.units
	$(BIN)/oxfmt $(SCRIPTS)
	$(BIN)/python -m tools.bundle.bundle

lint: $(VENV)/test.stamp
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/oxlint --quiet $(SCRIPTS)
	$(BIN)/oxfmt --check $(SCRIPTS)
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/python tools/docstrings.py

types: $(VENV)/test.stamp
	$(BIN)/python -m mypy

check: lint types docs test sweep

# What the tests without a browser reach, the workers and servers that they start included.
coverage: $(VENV)/test.stamp database proxy
	mkdir -p build/coverage && rm -f build/coverage/*
	$(BIN)/python -m coverage run -m pytest -n 2 --dist worksteal -m "not browser and not sweep" $(FLAGS)
	$(BIN)/python -m coverage combine -q
	$(BIN)/python -m coverage xml -q
	$(BIN)/python -m coverage report --skip-covered --sort=miss

# Ask for known vulnerabilities of the pinned versions, over the network. One that is found fails, and so does an audit
# that could not be made.
audit: $(VENV)/test.stamp
	@$(BIN)/python tools/audit.py $(FLAGS)

# Send 10,000 hostile requests to a served lab and count what they did: it should be nothing. FLAGS="--requests N --seed N"
hostile: $(VENV)/test.stamp
	$(BIN)/python -m tests.dashboard.web.hostile.served $(FLAGS)

bench: $(VENV)/test.stamp browser
	$(BIN)/python benchmarks/slider.py

# A lecture hall in front of two workers, beside a callback that does nothing: about ten minutes, on an idle machine.
bench-hall: $(VENV)/test.stamp
	$(BIN)/python -m benchmarks.hall $(FLAGS)

# What loading a bench costs a browser, first and again, on a slow processor and a slow line; whether elements stay level.
bench-pages: $(VENV)/test.stamp browser
	$(BIN)/python -m benchmarks.load.pages $(FLAGS)

# One picture of each page and width with all its states, in build/sheets. FLAGS="--only memory --widths 390"
sheets: $(VENV)/test.stamp browser
	$(BIN)/python -m tools.sheets $(FLAGS)

# Workers killed, signals, PostgreSQL killed, disk full, each under load; exit code 1 where something is lost.
drills: $(VENV)/test.stamp database
	$(BIN)/python -m benchmarks.load.drills $(FLAGS)

# Torch, Flower and other peers of the physics, in a separate environment: torch alone is larger than the lab.
# WITHOUT=peers does without.
peers: $(if $(filter peers,$(WITHOUT)),,.venv-peers/peers.stamp)

.venv-peers/peers.stamp: requirements/peers.txt | $(VENV)/bin/python
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install -q -r requirements/peers.txt
	touch $@

# Time the physics and its peers on the same problems.
bench-physics: .venv-peers/peers.stamp
	.venv-peers/bin/python benchmarks/physics.py $(FLAGS)

# Certify every bench at 4 times as many points as the tests and write docs/designing/certificates.md: 130 minutes of
# work in two processes on a busy machine.
certify: $(VENV)/run.stamp
	$(BIN)/python tools/certificates.py $(FLAGS)

# Ask the small network whether it wins where softmax regression wins, and write what was found: under 30 minutes.
agreement: $(VENV)/test.stamp
	$(BIN)/python benchmarks/agreement.py $(FLAGS)

# Rebuild the stored table of client updates needed for an accuracy under privacy: 6 minutes of work, 12 without numba.
# This, certify and agreement run on a Dask cluster with FLAGS="--scheduler tcp://host:8786".
search: $(VENV)/test.stamp
	$(BIN)/python tools/search.py $(FLAGS)

# The documentation as a site. A warning is an error: a broken link, a missing anchor, a name that does not exist.
docs: $(VENV)/test.stamp
	$(BIN)/python -m sphinx -q -E -W --keep-going -d build/doctrees -b html docs build/docs
	@echo "The documentation is in build/docs/index.html."

# Ask for every address outside, over the network.
docs-links: $(VENV)/test.stamp
	$(BIN)/python tools/links.py

# Plant 400 faults, run the tests on each, and write docs/contributing/faults_seen.md: under 40 minutes on two idle cores.
mutants: $(VENV)/test.stamp
	$(BIN)/python -m tools.mutants $(FLAGS)

$(VENV)/bin/python:
	@"$(PYTHON)" -c $(IS_ENOUGH) 2>/dev/null || { \
	  echo "edgelab needs Python 3.11 or newer with its venv module (on Debian: apt-get install python3-venv)$(if $(PYTHON),; $(PYTHON) is not that)." >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt setup.cfg pyproject.toml | $(VENV)/bin/python
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "The Python in $(VENV) is older than 3.11: 'make clean' removes it, and the next 'make' makes another." >&2; exit 1; }
	@echo "Installing what the lab needs (requirements/run.txt) into $(VENV)."
	@$(BIN)/python -m pip install -q -r requirements/run.txt || { \
	  echo "What the lab needs (requirements/run.txt) could not be installed: see above. It comes from PyPI, or from what pip's settings name." >&2; exit 1; }
	$(BIN)/python -m pip install -q --no-deps -e .
	touch $@

$(VENV)/test.stamp: requirements/test.txt $(VENV)/run.stamp
	@echo "Installing what tests, checks and documentation need (requirements/test.txt) into $(VENV)."
	@$(BIN)/python -m pip install -q -r requirements/test.txt || { \
	  echo "What tests, checks and documentation need (requirements/test.txt) could not be installed: see above. 'make run' does without." >&2; exit 1; }
	touch $@

# The browser, the database and the proxy that the tests drive come from the system's packages; CHROMIUM=, POSTGRES_BIN=,
# NGINX= and WITHOUT="browser database proxy" do without. `test` leaves out what cannot be installed, the others need it.
test-programs:
	@tools/system_package.sh browser database proxy redis

browser database proxy:
	@tools/system_package.sh --required $@

# Resolve the .in files anew; the result is what every machine installs.
pins: | $(VENV)/bin/python
	rm -rf build/pins && $(PYTHON) -m venv build/pins
	build/pins/bin/python -m pip install -q -r requirements/run.in
	{ echo "# Made by 'make pins' from run.in."; build/pins/bin/python -m pip freeze --exclude-editable; } > requirements/run.txt
	build/pins/bin/python -m pip install -q -r requirements/test.in
	{ echo "# Made by 'make pins' from test.in."; build/pins/bin/python -m pip freeze --all --exclude pip --exclude-editable; } > requirements/test.txt
	rm -rf build/pins

vendor: | $(VENV)/bin/python
	$(BIN)/python tools/vendor.py

clean:
	rm -rf $(VENV) .venv-peers build *.egg-info .pytest_cache .mypy_cache .ruff_cache
