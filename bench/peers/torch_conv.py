"""Single convolutions in torch, channels_last: a worker that bench_conv.py asks for times, line by line.

    python torch_conv.py THREADS

In: a JSON line {"x", "kernel" (NHWC and HWIO shapes), "strides", "padding" ("valid" or "same"), "op", "seconds"}; out: the least
seconds of one call.
"""

import json
import sys
import time

import torch
from torch.nn import functional

BACKWARD = torch.ops.aten.convolution_backward.default


def call_of(job):
    """The function without arguments that is timed."""
    n, h, w, c = job["x"]
    kh, kw, of_group, f = job["kernel"]
    groups, stride = c // of_group, job["strides"]
    x = torch.randn(n, c, h, w).contiguous(memory_format=torch.channels_last)
    weight = torch.randn(f, of_group, kh, kw).contiguous(memory_format=torch.channels_last)
    pads = [0, 0]
    if job["padding"] == "same":  # torch pads both sides alike; as much work
        pads = [max((-(-s // stride) - 1) * stride + k - s, 0) for s, k in ((h, kh), (w, kw))]
        pads = [-(-p // 2) for p in pads]

    def forward():
        return functional.conv2d(x, weight, None, stride, pads, 1, groups)

    if job["op"] == "forward":
        return forward
    dy = torch.randn_like(forward()).contiguous(memory_format=torch.channels_last)
    which = [job["op"] == "dx", job["op"] == "dkernel", False]
    return lambda: BACKWARD(dy, x, weight, None, [stride] * 2, pads, [1, 1], False, [0, 0], groups, which)


def main(call_of=call_of):
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    torch.set_flush_denormal(True)
    clock = time.thread_time if threads == 1 else time.perf_counter
    calls = {}
    for line in sys.stdin:
        job = json.loads(line)
        key = json.dumps({k: v for k, v in job.items() if k != "seconds"})
        if key not in calls:
            calls = {key: call_of(job)}  # of one convolution only: memory
            calls[key]()
        f, best, end = calls[key], float("inf"), time.perf_counter() + job["seconds"]
        while time.perf_counter() < end:
            start = clock()
            f()
            best = min(best, clock() - start)
        print(best, flush=True)


if __name__ == "__main__":
    main()
