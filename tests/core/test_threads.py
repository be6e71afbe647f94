"""Where the team's threads run."""

import os
import subprocess
import sys
import textwrap

import pytest

PROCESSORS = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
SHOW = """
    import os
    import numpy as np
    from pyseq.core import as_tensor, config, engine

    before = set(os.listdir("/proc/self/task"))
    config.set_num_threads(2)
    x = as_tensor(np.ones(2_000_000, "f4"))
    for _ in range(20):
        x + x
    team = set(os.listdir("/proc/self/task")) - before
    mine = os.sched_getaffinity(0)
    print(len(mine), [len(mine - os.sched_getaffinity(int(t))) for t in team])
"""


def shown(**environment):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SHOW)],
        env={**os.environ, "OMP_NUM_THREADS": "2", **environment}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.mark.skipif(sys.platform != "linux" or len(PROCESSORS) < 2, reason="needs Linux and two processors")
class TestPlaces:
    def test_the_team_keeps_off_the_callers_processor(self):
        n = len(PROCESSORS)
        assert shown() == f"{n} [1]"

    def test_a_placement_that_the_user_asked_for_stays(self):
        assert shown(OMP_PROC_BIND="close", OMP_PLACES="threads").endswith("[1]")  # both bound, each to its own
        all_of_them = ",".join(map(str, PROCESSORS))
        assert shown(OMP_PROC_BIND="close", OMP_PLACES=f"{{{all_of_them}}}").endswith("[0]")
