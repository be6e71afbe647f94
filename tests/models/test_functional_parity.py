"""Functional models against tf.keras 2.15: layers and names, connections, predictions, gradients, ten training steps."""

import json

import numpy as np
import pytest

import pyseq as keras
import pyseq.tf as tf
from pyseq.core import GradientTape, as_tensor
from pyseq.core.structure import map_structure
from tests.parity import functional_cases as cases
from tests.parity.recording import recorded

RECORDED = recorded("functional")["models"]


@pytest.fixture(params=cases.CASES)
def case(request):
    model, arguments = cases.built(keras, tf, request.param)
    return model, arguments, RECORDED[request.param]


def compiled(model, arguments, **more):
    model.compile(keras.optimizers.SGD(0.05), **{k: v for k, v in arguments.items() if k[0] != "_"}, **more)
    return model


def assert_close(found, expected, rtol=1e-5, atol=2e-6):
    found, expected = cases.leaves(found), cases.leaves(expected)
    assert len(found) == len(expected)
    for a, b in zip(found, expected, strict=True):
        np.testing.assert_allclose(a, b, rtol=rtol, atol=atol)


def test_layers_names_connections(case):
    model, arguments, expected = case
    assert [layer.name for layer in model.layers] == expected["layers"]
    assert [w.name for w in model.weights] == expected["weights"]
    assert (model.input_names, model.output_names) == (expected["input_names"], expected["output_names"])
    assert {layer.name: model._connected_to(layer) for layer in model.layers} == expected["connected_to"]
    if "connections" in expected:
        config = json.loads(model.to_json())["config"]
        assert cases.connections(config) == expected["connections"]
        assert [config["input_layers"], config["output_layers"]] == expected["ends"]


def test_forward_and_gradients(case):
    model, arguments, expected = case
    x, y = cases.data(model, arguments)
    compiled(model, arguments)
    assert_close(model.predict(x), expected["predicted"])
    with GradientTape() as tape:
        loss = model.compute_loss(x, map_structure(as_tensor, y), model(x, training=True))
    gradients = tape.gradient(loss, model.trainable_variables)
    np.testing.assert_allclose(float(loss), expected["loss"], rtol=1e-5)
    zeros = [np.zeros(v.shape) for v in model.trainable_variables]
    assert_close(
        [z if g is None else g.numpy() for g, z in zip(gradients, zeros, strict=True)], expected["gradients"], 1e-4
    )


def test_ten_steps(case):
    model, arguments, expected = case
    x, y = cases.data(model, arguments)
    compiled(model, arguments)
    history = model.fit(x, y, batch_size=cases.BATCH, epochs=cases.STEPS // 2, shuffle=False, verbose=0).history
    assert list(history) == [k for k, _ in expected["history"]]
    for k, values in expected["history"]:
        np.testing.assert_allclose(history[k], values, rtol=1e-4, atol=1e-6, err_msg=k)
    assert_close(model.get_weights(), expected["trained"], 1e-4, 2e-5)
    assert model.metrics_names == expected["metrics_names"]
    evaluated = model.evaluate(x, y, verbose=0, return_dict=True)
    assert list(evaluated) == [k for k, _ in expected["evaluated"]]
    assert_close(list(evaluated.values()), [v for _, v in expected["evaluated"]], 1e-4)


def test_eager_steps_have_the_same_bits(case):
    model, arguments, _ = case
    x, y = cases.data(model, arguments)
    before = model.get_weights()
    found = []
    for eagerly in (False, True):
        model.set_weights(before)
        compiled(model, arguments, run_eagerly=eagerly)
        model.fit(x, y, batch_size=cases.BATCH, epochs=2, shuffle=False, verbose=0)
        found.append([a.tobytes() for a in model.get_weights() + cases.leaves(model.predict(x))])
    assert found[0] == found[1]
