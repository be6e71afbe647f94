"""Training loops of one's own and other ways to write a model, side by side, on 784-128-10 with batches of 32.

    export BENCH_TORCH_PYTHON=...                            # torch 2.13; left out without
    python bench/bench_loops.py [--rounds 7] [--threads 1]

| row        | what is timed                                            | against                | bar                |
|------------|----------------------------------------------------------|------------------------|--------------------|
| eager tape | GradientTape, loss, apply_gradients, in Python           | PyTorch eager          | faster             |
| function   | the same under tf.function                               | `fit` of the model     | 1.5 times at most  |
| functional | `fit` of Model(inputs, outputs)                          | `fit` of a Sequential  | 1.1 times at most  |
| class      | `fit` of a subclassed Model                              | `fit` of a Sequential  | 1.1 times at most  |

A turn is 300 steps; turns go round. Figures are the best of the rounds in microseconds a step, processor time for one thread.
All contestants must reach the same loss within a few per cent: they start with weights of one kind, not the same ones.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time

import numpy as np

STEPS, BATCH = 300, 32
TORCH = """
import json, sys, time
import numpy as np, torch
threads, steps, batch = map(int, sys.argv[1:])
torch.set_num_threads(threads); torch.manual_seed(0)
clock = time.process_time if threads == 1 else time.perf_counter
model = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer, loss_of = torch.optim.Adam(model.parameters()), torch.nn.CrossEntropyLoss()
rng = np.random.default_rng(0)
x = torch.from_numpy(rng.random((steps * batch, 784), dtype="float32")); y = torch.from_numpy(rng.integers(0, 10, steps * batch))
batches = [(x[k : k + batch], y[k : k + batch]) for k in range(0, len(x), batch)]
for line in sys.stdin:
    start = clock()
    for a, b in batches:
        optimizer.zero_grad()
        loss = loss_of(model(a), b)
        loss.backward()
        optimizer.step()
    print(json.dumps([(clock() - start) / steps, float(loss.detach())]), flush=True)
"""


def data():
    rng = np.random.default_rng(0)
    return rng.random((STEPS * BATCH, 784), dtype="float32"), rng.integers(0, 10, STEPS * BATCH)


def sequential(tf):
    layers = tf.keras.layers
    return tf.keras.Sequential([layers.Dense(128, "relu", input_shape=(784,)), layers.Dense(10)])


def functional(tf):
    x = tf.keras.Input((784,))
    return tf.keras.Model(x, tf.keras.layers.Dense(10)(tf.keras.layers.Dense(128, "relu")(x)))


def subclassed(tf):
    class Net(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = tf.keras.layers.Dense(128, "relu")
            self.out = tf.keras.layers.Dense(10)

        def call(self, inputs):
            return self.out(self.hidden(inputs))

    return Net()


def loop(tf, wrap):
    """A turn of a loop of one's own. Returns the last loss."""
    model, optimizer = sequential(tf), tf.keras.optimizers.Adam()
    loss_of = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x, y = data()
    batches = [(tf.constant(x[k : k + BATCH]), tf.constant(y[k : k + BATCH])) for k in range(0, len(x), BATCH)]

    @wrap
    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, model(x, training=True))
        gradients = tape.gradient(loss, model.trainable_variables)
        optimizer.apply_gradients(zip(gradients, model.trainable_variables, strict=True))
        return loss

    def turn():
        for a, b in batches:
            loss = step(a, b)
        return float(loss)

    return turn


def fit(tf, model):
    """A turn of `fit`, one epoch. Returns its loss."""
    model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    x, y = data()
    return lambda: model.fit(x, y, batch_size=BATCH, epochs=1, shuffle=False, verbose=0).history["loss"][-1]


class Torch:
    """PyTorch in a process of its own, which waits for its turn."""

    def __init__(self, python, threads):
        env = os.environ | {"OMP_NUM_THREADS": str(threads)}
        command = [python, "-c", TORCH, str(threads), str(STEPS), str(BATCH)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=env)

    def turn(self):
        """(seconds a step, loss)"""
        print("go", file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(given.threads)
    import pyseq.tf as tf

    tf.random.set_seed(0)
    clock = time.process_time if given.threads == 1 else time.perf_counter
    turns = {
        "eager tape": loop(tf, lambda f: f), "function": loop(tf, tf.function), "sequential fit": fit(tf, sequential(tf)),
        "functional fit": fit(tf, functional(tf)), "class fit": fit(tf, subclassed(tf)),
    }  # fmt: skip
    torch = Torch(os.environ["BENCH_TORCH_PYTHON"], given.threads) if "BENCH_TORCH_PYTHON" in os.environ else None
    best, losses = {}, {}
    for _ in range(given.rounds + 1):  # the first warms up
        for name, turn in turns.items():
            start = clock()
            losses[name] = turn()
            best.setdefault(name, []).append((clock() - start) / STEPS)
        if torch:
            seconds, losses["torch eager"] = torch.turn()
            best.setdefault("torch eager", []).append(seconds)
    if torch:
        torch.close()
    us = {name: 1e6 * min(seconds[1:]) for name, seconds in best.items()}
    for name in us:
        print(f"{name:15} {us[name]:8.1f} us a step   loss {losses[name]:.3f}")
    failed = False
    bars = [("eager tape", "torch eager", 1.0), ("function", "sequential fit", 1.5)]
    bars += [(f"{kind} fit", "sequential fit", 1.1) for kind in ("functional", "class")]
    for name, rival, most in bars:
        if rival in us:
            ratio = us[name] / us[rival]
            failed |= ratio > most
            print(f"{name} / {rival}: {ratio:.2f} {'ok' if ratio <= most else f'over {most}'}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
