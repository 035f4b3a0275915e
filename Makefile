# `make train` and `make test` do everything on a fresh machine; `make` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
UV := .uv/bin/uv
UV_VERSION := 0.13.9
# Each of two workers has one thread; neighbors go to one worker, for their fixtures.
ONE_THREAD := OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 \
    TF_NUM_INTEROP_THREADS=1
PYTEST := $(ONE_THREAD) $(PYTHON) -m pytest -n 2 --dist worksteal
APART := environments notebooks mnist pages
MOST := not environments and not notebooks and not mnist and not pages

.PHONY: help train test stress check doctor lint format mutants bench notebooks \
    usage pages address explorer pretrained today test-today check-today lab search lock \
    clean whole $(APART:%=test-%)

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-18s %s\n", $$1, $$2}' Makefile

train: .venv/ready  ## train the TensorFlow VAE with its defaults (ARGS="..." adds options)
	$(PYTHON) -m vae_tf.train $(ARGS)

test: whole  ## run the tests, with one of each larger suite below
	$(PYTEST) -m "$(MOST)" $(ARGS)

test-environments: whole  ## run the tests that take other environments
test-notebooks: whole  ## run every notebook on the digits
test-mnist: whole  ## run the long trainings on MNIST, where MNIST_PATH names it
test-pages: whole  ## run every test that needs a browser
$(APART:%=test-%): test-%:
	$(PYTEST) -m $* $(ARGS)

stress: whole  ## run 500 histories of a run, 10,000 damaged files, 30 seeds of chance
	SEEDS=30 $(PYTEST) -o faulthandler_timeout=7200 -m "stress or chance" $(ARGS)

# What other versions can change: values, each framework, estimators, a whole run.
check-today: WHICH := -m "not slow and $(MOST)" $(addprefix tests/, frameworks models \
    vae_numpy test_estimator.py test_former_runs.py test_parity.py test_pretrained.py)
test-today: WHICH := -m "$(MOST)"
test-today: today  ## run the tests in .venv-today, if it can be installed
check-today: today  ## run those of them that newer versions can change and are not slow
test-today check-today:
	@test ! -e .venv-today/ready || \
	    $(PYTEST:.venv/%=.venv-today/%) $(WHICH) $(filter-out --without-torch,$(ARGS))

check: lint  ## check style, run the quick tests
	$(PYTEST) -m "not slow and not compiles and not stress and $(MOST)" $(ARGS)

whole: .venv/ready
	@test -d .venv/lib/python3.11 || { echo "error: this takes Python 3.11;" \
	    "install it, then type make clean, and this again" >&2; exit 2; }

doctor: .venv/ready  ## say what is right and wrong with this machine
	$(PYTHON) -m common.doctor $(ARGS)

lint: whole  ## check style, formatting and spelling
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	.venv/bin/codespell

format: whole  ## format the code
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

# A mistake at a time: in each lesson file and what trains, in all twins at once, in the
# images, runs, estimator and judge; what runs on newer versions alone, or best, there.
MUTANTS = $(ONE_THREAD) $1/bin/python -m tools.mutants --count
LESSON := $(wildcard $(patsubst %,*_*/%.py,model bound vae gan autoencoder gradient))
NEWEST := $(filter vae_jax/% vae_torch/% vae_pytensor/%,$(LESSON))
TRAINS := $(addprefix common/,batches.py loop.py weights.py models/vae/log_evidence.py)
TRAINING := $(patsubst %,tests/test_%.py,batches loop weights former_runs) tests/models/vae
ROOM := common/frameworks
ROOMS := tests/frameworks tests/test_parity.py tests/tools/test_doctor.py
OTHERS := $(addprefix common/,runs.py judge.py estimator.py) $(wildcard common/images/*.py)
mutants: whole  ## name the mistakes in the programs that no test notices
	-$(call MUTANTS,.venv) 500 $(filter-out $(NEWEST),$(LESSON))
	-$(call MUTANTS,.venv) 200 --tests $(TRAINING) -- $(TRAINS)
	-$(call MUTANTS,.venv) 100 --tests $(ROOMS) -- $(ROOM)/numpy.py $(ROOM)/theano/adam.py
	-$(call MUTANTS,.venv) 50 --together $(filter vae_%/model.py,$(LESSON))
	-$(call MUTANTS,.venv) 50 --together $(filter vae_%/bound.py,$(LESSON))
	-$(call MUTANTS,.venv) 50 --together $(filter gan_%/model.py,$(LESSON))
	-$(call MUTANTS,.venv) 300 $(OTHERS)
	-test ! -e .venv-today/ready || $(call MUTANTS,.venv-today) 200 $(NEWEST)
	-test ! -e .venv-today/ready || $(call MUTANTS,.venv-today) 100 --tests $(ROOMS) -- \
	    $(patsubst %,$(ROOM)/%/network.py,jax torch pytensor)

bench: whole  ## measure speed and print ratios, all in one run
	$(PYTHON) -m experiments.benchmarks $(ARGS)

notebooks: whole  ## execute the notebooks in place
	$(PYTHON) notebooks/execute.py $(ARGS)

usage: whole  ## write the tables of options in docs/usage.md
	$(PYTHON) -m docs.usage docs/usage.md

pages: whole  ## build the pages in docs/
	$(PYTHON) -m tools.pages docs

address: whole  ## write the project's URL=https://github.com/OWNER/NAME wherever it belongs
	$(PYTHON) -m tools.pages.address $(URL)
	$(MAKE) pages

explorer: .venv/ready  ## train the demo in docs/explorer.html again
	$(PYTHON) -m vae_tf.train --data mnist --latent-dim 2 --hidden 200 100 --epochs 40 \
	    --out runs/2d --overwrite
	$(PYTHON) -m vae_tf explore runs/2d pretrained --output docs/explorer.html

pretrained: .venv/ready  ## train the model in pretrained/ again
	$(PYTHON) -m vae_tf.train --data mnist --out runs/for_pretrained --overwrite
	$(PYTHON) -m tools.pretrained runs/for_pretrained

lab: .venv/lab  ## open the notebooks in JupyterLab
	.venv/bin/jupyter lab notebooks $(ARGS)

search: .venv/search  ## search hyperparameters on all cores, or on a Dask cluster
	$(PYTHON) experiments/search.py $(ARGS)

LOCK := $(UV) pip compile --universal --generate-hashes --no-emit-index-url \
    --no-header -q --upgrade
lock: .uv/bin/uv  ## resolve requirements*.txt into their locks
	$(LOCK) --python-version 3.11 requirements.txt -o requirements.lock
	$(LOCK) --python-version 3.11 -c requirements.lock requirements-lab.txt \
	    -o requirements-lab.lock
	$(LOCK) --python-version 3.11 -c requirements.lock requirements-search.txt \
	    -o requirements-search.lock
	$(LOCK) --python-version 3.12 --no-config requirements-today.txt \
	    -o requirements-today.lock
	$(LOCK) --python-version 3.12 --no-config -c requirements-today.lock \
	    requirements-torch.txt -o requirements-torch.lock

clean:  ## remove the environments (runs and downloads stay)
	rm -rf .venv .venv-today .uv

# The environment, new whenever the lock changes. uv finds Python 3.11 or provides it;
# without a network and with a newer Python alone, all but Theano is installed.
INSTALL := $(UV) pip install --python .venv --compile-bytecode --require-hashes \
    $(if $(PIP_INDEX_URL),--default-index '$(PIP_INDEX_URL)')
.venv/ready: requirements.lock requirements-today.lock | .uv/bin/uv
	@if $(UV) venv -q --clear --python 3.11 .venv 2>/dev/null; then \
	    command -v g++ >/dev/null || echo "warning: g++ is missing, which Theano" \
	        "needs (Debian: apt install g++; macOS:" \
	        "xcode-select --install)" >&2; \
	    $(INSTALL) -r requirements.lock; \
	elif $(UV) venv -q --clear --no-python-downloads --python '>=3.12,<3.14' .venv \
	    2>/dev/null; then \
	    echo "note: Python 3.11, which Theano needs, is not here and could not be" \
	        "downloaded; all but the Theano programs and the tests will run" \
	        "(vae_pytensor takes the place of vae_theano)"; \
	    $(INSTALL) -r requirements-today.lock; \
	else \
	    echo "error: Python 3.11 is needed (3.12 or 3.13 for all but Theano) and could" \
	        "not be downloaded; install python3.11, then run make again" >&2; exit 2; \
	fi
	@touch $@

# The second one: the first Python that starts, or that uv can provide.
PYENV := $(or $(PYENV_ROOT),$(HOME)/.pyenv)
MINORS := 13 12 14
PYTHONS := $(foreach minor,$(MINORS),python3.$(minor) \
    $(wildcard $(PYENV)/versions/3.$(minor).*/bin/python3))
IS_NEW := import sys; sys.exit(not (3, 12) <= sys.version_info < (3, 15))
TODAY := requirements-today.lock \
    $(if $(filter --without-torch,$(ARGS)),,requirements-torch.lock)
today: .uv/bin/uv  ## install all but Theano in .venv-today (8 GB; 3 with ARGS=--without-torch)
	@for python in $(PYTHONS) 3.13; do \
	    if $$python -c '$(IS_NEW)' 2>/dev/null; then break; fi; \
	done; \
	test -e .venv-today/ready || $(UV) venv -q --clear --python $$python .venv-today 2>/dev/null \
	    && $(INSTALL:.venv=.venv-today) $(TODAY:%=-r %) && touch .venv-today/ready || \
	    echo "note: .venv-today could not be installed: it needs Python 3.12 to 3.14, a" \
	        "network and 8 GB (3 GB without PyTorch); no other command needs it" >&2

.venv/lab .venv/search: .venv/%: requirements-%.lock | whole
	$(INSTALL) -r $<
	@touch $@

.uv/bin/uv:
	@for python in python3.11 python3 python; do \
	    if $$python -m pip --version >/dev/null 2>&1; then \
	        PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 \
	            PIP_REQUIRE_VIRTUALENV=0 PIP_REQUIRE_HASHES=0 PIP_ROOT= exec $$python \
	            -m pip install -q --no-user --prefix= --target .uv uv==$(UV_VERSION); \
	    fi; \
	done; \
	echo "error: no Python 3 with pip was found; install python3.11 and pip" \
	    "(Debian: apt install python3.11 python3-pip), then run make again" >&2; exit 2
