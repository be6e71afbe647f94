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

# A thread and its team end; their numbers go to another process, and to another thread that opens a region.
REUSE = """
    import os, subprocess, threading, time
    import numpy as np
    from pyseq.core import as_tensor, config

    config.set_num_threads(2)
    x, processors, ids = as_tensor(np.ones(2_000_000, "f4")), sorted(os.sched_getaffinity(0)), {}

    def region(cpu):
        os.sched_setaffinity(0, {cpu})
        time.sleep(0.01)
        os.sched_setaffinity(0, processors)
        x + x

    def first():
        before = set(os.listdir("/proc/self/task"))
        region(processors[0])
        ids["first"], ids["team"] = threading.get_native_id(), int((set(os.listdir("/proc/self/task")) - before).pop())

    def second():
        ids["second"] = threading.get_native_id()
        region(processors[1])

    def run(function):
        thread = threading.Thread(target=function)
        thread.start()
        thread.join()
        time.sleep(0.1)

    def next_id(n):
        with open("/proc/sys/kernel/ns_last_pid", "w") as f:
            f.write(str(n - 1))

    run(first)
    next_id(ids["team"])
    other = subprocess.Popen(["sleep", "60"])
    next_id(ids["first"])
    run(second)
    reused = (other.pid, ids["second"]) == (ids["team"], ids["first"])
    print("reused" if reused else "new", len(os.sched_getaffinity(other.pid)))
    other.kill()
"""


def shown(script=SHOW, **environment):
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
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

    @pytest.mark.skipif(
        not os.access("/proc/sys/kernel/ns_last_pid", os.W_OK), reason="cannot choose a process's number"
    )
    def test_nobody_else_is_moved(self):
        numbers, processors = shown(REUSE).split()
        if numbers != "reused":
            pytest.skip("another process took the number")
        assert int(processors) == len(PROCESSORS)
