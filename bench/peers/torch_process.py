"""PyTorch in a process and a virtual environment of its own, asked for the least time of single operations."""

import functools
import json
import os
import subprocess
from pathlib import Path

TURN = 0.05  # seconds


class TorchProcess:
    """A worker (torch_conv.py, torch_stream.py) with so many threads."""

    def __init__(self, worker, threads):
        env = {**os.environ, "OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
        command = [os.environ["BENCH_TORCH_PYTHON"], str(Path(__file__).parent / worker), str(threads)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def least(self, job):
        """Seconds of one call, the least of a turn."""
        self.process.stdin.write(json.dumps({**job, "seconds": TURN}) + "\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())


@functools.cache
def torch_process(worker, threads):
    """The process, or None if no $BENCH_TORCH_PYTHON says where torch is."""
    return TorchProcess(worker, threads) if os.environ.get("BENCH_TORCH_PYTHON") else None
