"""`model(x)` of a user's class is a plan where its `call` does nothing but compute, and what is done beside is done every time."""

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq import layers
from pyseq.models.plain_call import is_plain_call
from pyseq.plan import Plan

X = np.random.default_rng(0).standard_normal((4, 6)).astype("float32")
SEEN = []


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden, self.out, self.drop = layers.Dense(8, "relu"), layers.Dense(3), layers.Dropout(0.5)
        self.factor = 2.0

    def call(self, inputs):
        return self.out(self.hidden(inputs))


class Branches(Net):
    def call(self, inputs, training=None):
        h = self.hidden(inputs)
        if training:
            h = self.drop(h, training=training)
        h = tf.nn.relu(h) * self.factor + tf.concat([h[:, 4:], h[:, :4]], axis=1)
        return tf.reshape(self.out(h), (-1, 3, 1)) if inputs.shape[0] > 3 else self.out(h)


class Block(layers.Layer):
    def __init__(self):
        super().__init__()
        self.inner = layers.Dense(6, "tanh")

    def call(self, inputs):
        return inputs + self.inner(inputs)


class Nested(keras.Model):
    def __init__(self):
        super().__init__()
        self.block, self.out = Block(), layers.Dense(2)

    def call(self, inputs):
        return self.out(self.block(inputs))


class Appends(Net):
    def call(self, inputs):
        SEEN.append(inputs.shape)
        return self.out(inputs)


class Prints(Net):
    def call(self, inputs):
        print("called")
        return self.out(inputs)


class Remembers(Net):
    def call(self, inputs):
        self.last = inputs
        return self.out(inputs)


class RemembersElsewhere(Net):
    def call(self, inputs):
        layer = self.out
        layer.last = inputs
        return layer(inputs)


class AddsLoss(Net):
    def call(self, inputs):
        self.add_loss(1.0)
        return self.out(inputs)


class AddsLossElsewhere(Net):
    def call(self, inputs):
        self.out.add_loss(1.0)
        return self.out(inputs)


class CallsArgument(Net):
    def call(self, inputs, log=print):
        log("called")
        return self.out(inputs)


class CallsOwnMethod(Net):
    def call(self, inputs):
        return self.helper(inputs)

    def helper(self, inputs):
        SEEN.append(1)
        return self.out(inputs)


class GivesItselfAway(Net):
    def call(self, inputs):
        return Net.call(self, inputs)


class Loops(Net):
    def call(self, inputs):
        for _ in range(2):
            inputs = inputs + 1.0
        return self.out(inputs)


class SetsGlobal(Net):
    def call(self, inputs):
        global SEEN
        SEEN = [1]
        return self.out(inputs)


class OverridesMore(Net):
    def __call__(self, *args, **kwargs):
        SEEN.append(1)
        return super().__call__(*args, **kwargs)


def has_plan(model):
    return any(type(plan) is Plan for plan in model._plans.calls.values())


@pytest.mark.parametrize("cls", [Net, Branches, Nested])
@pytest.mark.parametrize("n", [1, 4])
def test_a_plan_with_the_same_bits(cls, n):
    model = cls()
    first = model(X[:n]).numpy()
    later = [model(X[:n]).numpy() for _ in range(5)]
    assert has_plan(model)
    assert all(y.shape == first.shape and y.tobytes() == first.tobytes() for y in later)


@pytest.mark.parametrize(
    "cls",
    [Appends, Prints, Remembers, RemembersElsewhere, AddsLoss, AddsLossElsewhere, CallsArgument, CallsOwnMethod,
     GivesItselfAway, Loops, SetsGlobal, OverridesMore],
)  # fmt: skip
def test_what_may_do_more_is_run_every_time(cls):
    model = cls()
    for _ in range(5):
        model(X)
    assert not is_plain_call(model) and not has_plan(model)


def test_effects_happen_in_every_call(capsys):
    model = Prints()
    for _ in range(5):
        model(X)
    assert capsys.readouterr().out == "called\n" * 5


def test_a_changed_attribute_weight_or_layer_is_seen():
    model = Branches()
    for _ in range(4):
        before = model(X[:1]).numpy()
    model.factor = 5.0
    assert not np.array_equal(model(X[:1]).numpy(), before)
    for _ in range(4):
        before = model(X[:1]).numpy()
    model.hidden.kernel.assign(model.hidden.kernel * 2.0)
    assert not np.array_equal(model(X[:1]).numpy(), before)
    model.out = layers.Dense(7)
    assert model(X[:1]).shape == (1, 7)


def test_a_call_that_asks_for_values():
    class Asks(Net):
        def call(self, inputs):
            if tf.reduce_sum(inputs) > 0:
                return self.out(inputs)
            return self.out(self.out(inputs)[:, :1] + inputs)

    model = Asks()
    x = np.abs(X)
    for sign in (1, -1, 1, -1, 1, -1):
        assert model(sign * x).shape == (4, 3)
    assert not np.array_equal(model(-x).numpy(), model.out(-x).numpy())
    assert np.array_equal(model(x).numpy(), model.out(x).numpy())


def test_dropout_draws_anew():
    model = Branches()
    made = [model(X[:1], training=True).numpy().tobytes() for _ in range(8)]
    assert len(set(made)) > 1
