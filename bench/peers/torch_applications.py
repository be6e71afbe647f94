"""ResNet50 and MobileNetV2 in torch, channels_last: a worker that bench_applications.py asks for times, line by line.

    python torch_applications.py THREADS

In: a JSON line {"model", "batch", "seconds"}; out: a JSON object {what: least seconds of one call}. One thread is timed in the
time of the process, as tf.keras and pyseq are.
"""

import json
import sys
import time

import torch
from torch import nn

STACKS = ((64, 3), (128, 4), (256, 6), (512, 3))
INVERTED = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))


def convolution(channels, filters, size, strides=1, groups=1, activation=nn.ReLU):
    """Convolution, normalisation, activation."""
    parts = [nn.Conv2d(channels, filters, size, strides, size // 2, groups=groups, bias=False), nn.BatchNorm2d(filters)]
    return nn.Sequential(*parts, *([activation(inplace=True)] if activation else []))


class Bottleneck(nn.Module):
    """tf.keras' block: strides in the first convolution."""

    def __init__(self, channels, filters, strides):
        super().__init__()
        self.body = nn.Sequential(
            convolution(channels, filters, 1, strides),
            convolution(filters, filters, 3),
            convolution(filters, 4 * filters, 1, activation=None),
        )
        alike = channels == 4 * filters and strides == 1
        self.shortcut = nn.Identity() if alike else convolution(channels, 4 * filters, 1, strides, activation=None)

    def forward(self, x):
        return torch.relu_(self.body(x) + self.shortcut(x))


class Inverted(nn.Module):
    def __init__(self, channels, widening, filters, strides):
        super().__init__()
        wide = widening * channels
        expand = [convolution(channels, wide, 1, activation=nn.ReLU6)] if widening > 1 else []
        self.body = nn.Sequential(
            *expand,
            convolution(wide, wide, 3, strides, groups=wide, activation=nn.ReLU6),
            convolution(wide, filters, 1, activation=None),
        )
        self.added = strides == 1 and channels == filters

    def forward(self, x):
        return x + self.body(x) if self.added else self.body(x)


def classified(parts, channels):
    return nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, 1000), nn.Softmax(dim=1))


def resnet50():
    parts, channels = [convolution(3, 64, 7, 2), nn.MaxPool2d(3, 2, 1)], 64
    for stack, (filters, count) in enumerate(STACKS):
        for k in range(count):
            parts.append(Bottleneck(channels, filters, 2 if stack and not k else 1))
            channels = 4 * filters
    return classified(parts, channels)


def mobilenet_v2():
    parts, channels = [convolution(3, 32, 3, 2, activation=nn.ReLU6)], 32
    for widening, filters, count, strides in INVERTED:
        for k in range(count):
            parts.append(Inverted(channels, widening, filters, 1 if k else strides))
            channels = filters
    return classified([*parts, convolution(channels, 1280, 1, activation=nn.ReLU6)], 1280)


def contestants(job):
    model = {"ResNet50": resnet50, "MobileNetV2": mobilenet_v2}[job["model"]]()
    model = model.eval().to(memory_format=torch.channels_last)
    x = torch.randn(job["batch"], 3, 224, 224).contiguous(memory_format=torch.channels_last)
    frozen = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(model, x)))
    for _ in range(3):
        frozen(x)
    return {"torch": lambda: model(x), "torch frozen": lambda: frozen(x)}


def main():
    threads = int(sys.argv[1])
    torch.set_num_threads(threads)
    torch.set_grad_enabled(False)
    torch.set_flush_denormal(True)
    clock = time.process_time if threads == 1 else time.perf_counter
    made = {}
    for line in sys.stdin:
        job = json.loads(line)
        key = job["model"], job["batch"]
        if key not in made:
            made = {key: contestants(job)}
            [f() for f in made[key].values()]
        found = {}
        for name, f in made[key].items():
            best, end = float("inf"), time.perf_counter() + job["seconds"]
            while time.perf_counter() < end:
                start = clock()
                f()
                best = min(best, clock() - start)
            found[name] = best
        print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main()
