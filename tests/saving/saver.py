"""A process that saves again and again, to be killed: `python -m tests.saving.saver path`.

Every save has another number in all weights and in the optimizer's step count: a file that is whole has one number only.
"""

import itertools
import sys

import numpy as np

import pyseq as keras
from pyseq import layers


def make():
    model = keras.Sequential([layers.Dense(64, input_shape=(300,)), layers.Dense(64), layers.Dense(64)])
    model.compile("adam", "mse")
    model.optimizer.build(model.trainable_variables)
    return model


def set_all(model, number):
    for v in [*model.weights, *model.optimizer.variables]:
        v.assign(np.full(v.shape, number, v.dtype.numpy))


def number_in(model):
    """The number that all of a model's variables hold."""
    (number,) = {
        float(x) for v in [*model.weights, *model.optimizer.variables] for x in (v.numpy().min(), v.numpy().max())
    }
    return int(number)


def save(model, path):
    (model.save_weights if path.endswith(".weights.h5") else model.save)(path)


if __name__ == "__main__":
    model, path, first = make(), sys.argv[1], int(sys.argv[2])
    for number in itertools.count(first):
        set_all(model, number)
        save(model, path)
        print(number, flush=True)
