"""Pooling and batch normalisation in torch, channels_last: a worker that bench_pool.py and bench_norm.py ask for times.

    python torch_stream.py THREADS

In: a JSON line {"op": "max_pool", "avg_pool" or "batch_norm", "way": "forward" or "backward", "x": NHWC or NC shape,
"window", "strides", "padding", "seconds"}; out: the least seconds of one call.
"""

import torch
from torch.nn import functional
from torch_conv import main

aten = torch.ops.aten


def call_of(job):
    """The function without arguments that is timed."""
    n, *image, c = job["x"]
    x = torch.randn(n, c, *image)
    if image:
        x = x.contiguous(memory_format=torch.channels_last)
    return (batch_norm if job["op"] == "batch_norm" else pooling)(x, job)


def pooling(x, job):
    window, strides = list(job["window"]), list(job["strides"])
    pads = [k // 2 for k in window] if job["padding"] == "same" and window != strides else [0, 0]
    if job["op"] == "avg_pool":
        arguments = window, strides, pads, False, False, None
        if job["way"] == "forward":
            return lambda: aten.avg_pool2d(x, *arguments)
        dy = torch.randn_like(aten.avg_pool2d(x, *arguments))
        return lambda: aten.avg_pool2d_backward(dy, x, *arguments)
    if job["way"] == "forward":  # with the places, which training wants
        return lambda: functional.max_pool2d(x, window, strides, pads, return_indices=True)
    y, at = functional.max_pool2d(x, window, strides, pads, return_indices=True)
    dy = torch.randn_like(y)
    return lambda: aten.max_pool2d_with_indices_backward(dy, x, window, strides, pads, [1, 1], False, at)


def batch_norm(x, job):
    c = x.shape[1]
    gamma, beta, mean, variance = torch.rand(4, c)
    if job["way"] == "forward":
        return lambda: aten.native_batch_norm(x, gamma, beta, mean, variance, True, 0.01, 1e-3)
    y, m, r = aten.native_batch_norm(x, gamma, beta, mean, variance, True, 0.01, 1e-3)
    dy = torch.randn_like(y)
    return lambda: aten.native_batch_norm_backward(dy, x, gamma, mean, variance, m, r, True, 1e-3, [True, True, True])


if __name__ == "__main__":
    main(call_of)
