"""The models in JAX: one jitted step, its state donated, the data on the device, the shuffled batch taken inside."""

from __future__ import annotations

import functools

import jax
import jax.numpy as jnp
import numpy as np
import rows
from jax import lax
from peer import Peer

ACTIVATIONS = {"relu": jax.nn.relu, "sigmoid": jax.nn.sigmoid, "selu": jax.nn.selu, "softmax": lambda x: x}  # logits
SELU_LIMIT = -1.7580993408473766  # -scale * alpha


def forward(row, params, moving, x, key, training):
    """(logits, sum of the regularizers, new moving statistics)."""
    penalty, kept = 0.0, []
    params, moving = iter(params), iter(moving)
    for layer in row.layers:
        if isinstance(layer, rows.Dense):
            kernel, bias = next(params)
            x = ACTIVATIONS[layer.activation](x @ kernel + bias)
            penalty += layer.l2 * jnp.sum(kernel**2) if layer.l2 else 0.0
        elif isinstance(layer, rows.AlphaDropout):
            if training:
                x = alpha_dropout(x, layer.rate, key)
        else:
            (gamma, beta), (mean, variance) = next(params), next(moving)
            if training:
                m, v, p = x.mean(axis=0), x.var(axis=0), layer.momentum
                kept.append((mean * p + m * (1 - p), variance * p + v * (1 - p)))
                mean, variance = m, v
            x = (x - mean) * (gamma * lax.rsqrt(variance + layer.epsilon)) + beta
    return x, penalty, kept


def alpha_dropout(x, rate, key):
    a = ((1 - rate) * (1 + rate * SELU_LIMIT**2)) ** -0.5
    keep = jax.random.bernoulli(key, 1 - rate, x.shape)
    return a * jnp.where(keep, x, SELU_LIMIT) - a * SELU_LIMIT * rate


def sgd(params, grads, slots, t):
    return jax.tree.map(lambda p, g: p - 0.01 * g, params, grads), slots


def adam(params, grads, slots, t):
    rate = 0.001 * jnp.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    ms = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, slots[0], grads)
    vs = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, slots[1], grads)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-7), params, ms, vs), (ms, vs)


def one_step(row, state, x, y, order):
    """The state after a batch. Everything that changes is in it, so that a call takes no number from the host."""
    at = lax.dynamic_slice(order, (state["at"],), (row.batch,))
    xb, yb = x[at], y[at]
    key, here = jax.random.split(state["key"]) if row.is_random else (state["key"], None)

    def loss_of(params):
        logits, penalty, moving = forward(row, params, state["moving"], xb, here, True)
        chosen = jnp.take_along_axis(jax.nn.log_softmax(logits), yb[:, None], axis=1)
        return penalty - chosen.mean(), (logits, moving)

    (loss, (logits, moving)), grads = jax.value_and_grad(loss_of, has_aux=True)(state["params"])
    t = state["t"] + 1
    update = adam if row.optimizer == "adam" else sgd
    params, slots = update(state["params"], grads, state["slots"], t.astype("float32"))
    return {
        "params": params,
        "slots": slots,
        "moving": moving,
        "t": t,
        "at": state["at"] + row.batch,
        "key": key,
        "loss": state["loss"] + loss * row.batch,
        "right": state["right"] + jnp.sum(logits.argmax(axis=1) == yb),
    }


class Jax(Peer):
    """A loop over a jitted step, or (`whole_epoch`) a jitted epoch: lax.scan over the same step."""

    version = jax.__version__

    def __init__(self, whole_epoch):
        self.whole_epoch = whole_epoch

    def build(self):
        if len(self.row.shape) > 1:
            raise NotImplementedError("images are not compared with JAX")
        step = functools.partial(one_step, self.row)

        def scan(state, x, y, order):
            return lax.scan(
                lambda s, _: (step(s, x, y, order), None), state, None, length=len(order) // self.row.batch
            )[0]

        self.run = jax.jit(scan if self.whole_epoch else step, donate_argnums=0)
        self.restart(rows.weights(self.row))
        self.device = jax.device_put((self.x, self.y))
        self.rng = np.random.default_rng(2)

    def restart(self, weights):
        arrays, params, moving = iter(weights), [], []
        for layer in self.row.layers:
            if not isinstance(layer, rows.AlphaDropout):
                params.append((next(arrays), next(arrays)))
            if isinstance(layer, rows.BatchNormalization):
                moving.append((next(arrays), next(arrays)))
        zeros = [jax.tree.map(np.zeros_like, params) for _ in range(2)] if self.row.optimizer == "adam" else []
        self.state = jax.device_put(
            {
                "params": params, "slots": tuple(zeros), "moving": moving, "t": np.int32(0), "at": np.int32(0),
                "key": jax.random.PRNGKey(0), "loss": np.float32(0), "right": np.int32(0),
            }
        )  # fmt: skip
        self.state = jax.tree.map(jnp.copy, self.state)  # memory of its own, that may be donated

    def steps(self):
        return len(self.x) // self.row.batch  # the rows of a short last batch are left out

    def epoch(self, x, y, order):
        """Mean loss and accuracy."""
        zero = jax.device_put((np.int32(0), np.float32(0), np.int32(0)))
        state = {**self.state, "at": zero[0], "loss": zero[1], "right": zero[2]}
        n = len(order) // self.row.batch
        for _ in range(1 if self.whole_epoch else n):
            state = self.run(state, x, y, order)
        self.state = state
        n *= self.row.batch
        return float(state["loss"]) / n, int(state["right"]) / n

    def unshuffled(self, x, y):
        x, y, order = jax.device_put((x, y, np.arange(len(x), dtype="int32")))
        return self.epoch(x, y, order)

    def epochs(self, n):
        seconds = []
        for _ in range(n):
            start = self.clock()
            self.epoch(*self.device, jax.device_put(self.rng.permutation(len(self.x)).astype("int32")))
            seconds.append(self.clock() - start)
        return seconds

    def one_row(self):
        row, x, state = self.row, self.x, self.state
        call = jax.jit(lambda p, m, x: jax.nn.softmax(forward(row, p, m, x, None, False)[0]))
        params, moving = state["params"], state["moving"]
        return {
            "model(x[:1])": lambda: call(params, moving, x[:1]).block_until_ready(),
            "predict(x[:1])": lambda: np.asarray(call(params, moving, x[:1])),
        }
