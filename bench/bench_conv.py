"""Single convolutions in float32, forward and both gradients, beside oneDNN through torch (channels_last): GFLOP/s, share of peak.

    BENCH_TORCH_PYTHON=/path/to/python python -m pytest bench/bench_conv.py

torch is a process in the virtual environment of its own; the two take turns, the least time of each counts. Without torch the
share of the peak alone is shown. Outputs are new in both: of more than 32 MB (1x1 64 to 256 and its kin, dx of the depthwise / 2) the
system hands out cleared pages anew at every call, to both; a plan, whose memory is laid out once, does not pay for that. README.md
says what bounds each shape.
3x3 without stride goes by Winograd's filtering: GFLOP/s count the multiply-adds of the plain sum, so they may exceed the peak.
"""

import math
import sys
import time

import harness
import numpy as np
import pytest
from peers.torch_process import TURN, torch_process

from pyseq.cli import info
from pyseq.core import as_tensor, config
from pyseq.ops import conv, conv_depthwise

ROUNDS = 4
CASES = {  # name: x, kernel, strides, padding
    "first 28x28x1": ((128, 28, 28, 1), (3, 3, 1, 32), 1, "valid"),
    "first 32x32x3": ((64, 32, 32, 3), (3, 3, 3, 32), 1, "same"),
    "first 224x224x3, 7x7 / 2": ((4, 224, 224, 3), (7, 7, 3, 64), 2, "same"),
    "3x3 32 to 32": ((32, 32, 32, 32), (3, 3, 32, 32), 1, "same"),
    "3x3 32 to 64": ((128, 13, 13, 32), (3, 3, 32, 64), 1, "valid"),
    "3x3 64 to 64": ((16, 56, 56, 64), (3, 3, 64, 64), 1, "same"),
    "3x3 128 to 128": ((16, 28, 28, 128), (3, 3, 128, 128), 1, "same"),
    "3x3 256 to 256": ((16, 14, 14, 256), (3, 3, 256, 256), 1, "same"),
    "3x3 512 to 512, one image": ((1, 7, 7, 512), (3, 3, 512, 512), 1, "same"),
    "1x1 64 to 256": ((16, 56, 56, 64), (1, 1, 64, 256), 1, "same"),
    "1x1 256 to 64": ((16, 56, 56, 256), (1, 1, 256, 64), 1, "same"),
    "3x3 / 2 128 to 128": ((16, 56, 56, 128), (3, 3, 128, 128), 2, "same"),
    "1x1 / 2 256 to 512": ((16, 56, 56, 256), (1, 1, 256, 512), 2, "same"),
    "5x5 64 to 64": ((16, 28, 28, 64), (5, 5, 64, 64), 1, "same"),
    "depthwise 3x3 of 128": ((16, 56, 56, 128), (3, 3, 1, 128), 1, "same"),
    "depthwise 3x3 / 2 of 96": ((16, 112, 112, 96), (3, 3, 1, 96), 2, "same"),
}
OPS = ("forward", "dx", "dkernel")
PEAK_BAR, MEAN_BAR = 0.65, 1.0  # of C >= 32; of the peer, in the geometric mean


def contestant(x_shape, kernel_shape, strides, padding, op):
    """The function that is timed, and multiply-adds of one call."""
    rng = np.random.default_rng(0)
    x, w = (as_tensor(rng.standard_normal(s).astype("float32")) for s in (x_shape, kernel_shape))
    groups = x_shape[-1] // kernel_shape[-2]
    window = conv._window("bench", x_shape, kernel_shape, strides, padding, 1, groups)
    of = conv_depthwise if groups > 1 else conv
    dy = of._forward(x, w, window)
    call = {
        "forward": lambda: of._forward(x, w, window),
        "dx": lambda: of._backward_x(dy, w, window),
        "dkernel": lambda: of._backward_kernel(x, dy, window),
    }
    return call[op], dy.size * math.prod(kernel_shape[:-1])


def least(f, threads):
    clock = time.thread_time if threads == 1 else time.perf_counter
    best, end = math.inf, time.perf_counter() + TURN
    while time.perf_counter() < end:
        start = clock()
        f()
        best = min(best, clock() - start)
    return best


@pytest.mark.parametrize("op", OPS)
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("threads", harness.THREADS)
def test_convolution(report, threads, case, op):
    x, kernel, strides, padding = CASES[case]
    if op == "dx" and case.startswith("first"):
        pytest.skip("nobody asks for the gradient of the images")
    before = config.get_num_threads()
    config.set_num_threads(threads)
    try:
        f, work = contestant(x, kernel, strides, padding, op)
        torch, job = (
            torch_process("torch_conv.py", threads),
            {"x": x, "kernel": kernel, "strides": strides, "padding": padding, "op": op},
        )
        ours, theirs, peak = [], [], info.peak_gflops() * threads
        f()
        for _ in range(ROUNDS):
            time.sleep(harness.PAUSE if threads > 1 else 0)
            ours.append(least(f, threads))
            if torch:
                time.sleep(harness.PAUSE if threads > 1 else 0)
                theirs.append(torch.least(job))
    finally:
        config.set_num_threads(before)
    share = 2e-9 * work / min(ours) / peak
    bar = PEAK_BAR if kernel[2] >= 32 else None
    row = {
        "convolution": case, "op": op, "threads": threads, "ms": 1e3 * min(ours), "GFLOP/s": 2e-9 * work / min(ours),
        "/peak": share, "torch ms": 1e3 * min(theirs) if theirs else None,
        "/torch": min(theirs) / min(ours) if theirs else None, "bar": harness.bar_mark(share, bar),
    }  # fmt: skip
    report.row(row, harness.Times(sorted(ours)))
    report.summary = lambda: summary(report.rows)


def summary(rows):
    for threads in dict.fromkeys(row["threads"] for row in rows):
        ratios = [r["/torch"] for r in rows if r["threads"] == threads and r["/torch"]]
        if ratios:
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            yield (
                f"{threads} thread{'s' * (threads > 1)}: {mean:.2f} times torch in the geometric mean "
                f"(bar {MEAN_BAR}: {harness.bar_mark(mean, MEAN_BAR)}), at least {min(ratios):.2f}"
            )


if __name__ == "__main__":
    sys.exit(pytest.main([__file__]))
