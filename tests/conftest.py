"""Fixtures of all tests: every instruction set this machine runs, several thread counts, settings put back."""

import signal

import pytest

from pyseq.core import config, engine

# A shell's background job ignores Ctrl-C, and so would the programs that tests start and interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(params=config.available_isas())
def isa(request):
    """Name of the instruction set in use during the test; each one this machine runs."""
    before = config.isa()
    config.set_isa(request.param)
    yield request.param
    config.set_isa(before)


@pytest.fixture(params=[1, 2, 3])
def n_threads(request):
    """Number of threads in use during the test; small work is cut as well."""
    before, limit = config.get_num_threads(), engine.set_parallel_work(1)
    config.set_num_threads(request.param)
    yield request.param
    config.set_num_threads(before)
    engine.set_parallel_work(limit)


@pytest.fixture(autouse=True)
def settings_put_back():
    floatx, epsilon, data_format = config.floatx(), config.epsilon(), config.image_data_format()
    yield
    config.set_floatx(floatx)
    config.set_epsilon(epsilon)
    config.set_image_data_format(data_format)
