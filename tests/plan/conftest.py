"""Plans under test: small work is shared by the team as well, and runs are made by all threads whatever is faster."""

from contextlib import contextmanager

import pytest

from pyseq.core import config, engine
from pyseq.plan import pace
from pyseq.plan import plan as plan_module


@contextmanager
def team_of(n, patch):
    """Every instruction that can be cut is shared by n threads, eagerly and in plans."""
    threads, work = config.get_num_threads(), engine.set_parallel_work(1)
    config.set_num_threads(n)
    with patch.context() as p:
        p.setattr(plan_module, "TEAM_WORK", 1)
        p.setattr(plan_module, "PARALLEL_WORK", 0)

        def run(self, program, addresses, strides, steps, seconds=0.0):
            return program.run(addresses, strides, steps, seconds, n)

        p.setattr(pace.Pace, "run", run)
        p.setattr(pace.CallPace, "next", lambda self, most: n)
        try:
            yield
        finally:
            config.set_num_threads(threads)
            engine.set_parallel_work(work)


@pytest.fixture
def team(monkeypatch):
    """team(n): a context with n threads."""
    return lambda n: team_of(n, monkeypatch)
