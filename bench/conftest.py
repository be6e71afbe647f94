"""Fixtures of the benchmarks, and the table at the end."""

import harness
import pytest

from pyseq.core import config

REPORTS = {}


def pytest_addoption(parser):
    parser.addoption("--record", action="store_true", help="append the figures to bench/results/<name>.jsonl")


def pytest_configure(config):
    config.option.benchmark_quiet = True  # one table is enough; --benchmark-verbose shows pytest-benchmark's as well


def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.benchmark(timer=harness.replay_clock))


@pytest.fixture
def report(request):
    """The table of this file, a harness.Report."""
    name = request.path.stem.removeprefix("bench_")
    table = REPORTS.get(name) or REPORTS.setdefault(name, harness.Report(name))
    table.benchmark = lambda: request.getfixturevalue("benchmark")
    return table


@pytest.fixture(params=harness.THREADS, ids="{}-thread".format)
def n_threads(request):
    """One thread, and as many as pyseq would take."""
    before = config.get_num_threads()
    config.set_num_threads(request.param)
    yield request.param
    config.set_num_threads(before)


def pytest_terminal_summary(terminalreporter, config):
    for name, table in REPORTS.items():
        terminalreporter.section(name)
        for line in table.lines():
            terminalreporter.write_line(line)
        if config.getoption("--record"):
            table.record()
