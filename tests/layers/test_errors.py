"""What layers say of inputs and arguments that do not fit: the layer, what it expects, what it got."""

import numpy as np
import pytest

import pyseq
from pyseq import layers, ops


def z(*shape):
    return np.zeros(shape, "f4")


CASES = {
    "add of one tensor": (lambda: layers.Add()(z(2, 3)), ValueError, r"list of inputs.*\(2, 3\)"),
    "add of nothing": (lambda: layers.Add()([]), ValueError, "at least 1 input. Received 0"),
    "add shapes": (
        lambda: layers.Add(name="join")([z(2, 3), z(2, 4)]), ValueError, r'"join".*incompatible.*\(3,\) and \(4,\)',
    ),
    "add batches": (
        lambda: layers.Add(name="join")([z(2, 3), z(4, 3)]), ValueError, r'"join".*batch sizes.*\(2, 3\), \(4, 3\)',
    ),
    "add types": (lambda: layers.Add()([z(2, 3), z(2, 3).astype("i4")]), TypeError, "float32 and int32"),
    "subtract three": (lambda: layers.Subtract()([z(2, 3)] * 3), ValueError, "exactly 2 inputs"),
    "concatenate shapes": (
        lambda: layers.Concatenate()([z(2, 3), z(2, 4, 3)]), ValueError, r"matching shapes.*\(2, 3\), \(2, 4, 3\)",
    ),
    "concatenate axis": (lambda: layers.Concatenate(axis=3)([z(2, 3)] * 2), ValueError, "axis=3"),
    "concatenate other shapes later": (
        lambda: (lambda layer: (layer([z(2, 3), z(2, 3)]), layer([z(2, 3), z(3, 3)])))(layers.Concatenate()),
        ValueError, r"axis 1.*\(2, 3\), \(3, 3\)",
    ),
    "dot of one": (lambda: layers.Dot(1)(z(2, 3)), ValueError, "list of 2 inputs"),
    "dot extents": (
        lambda: layers.Dot((1, 2))([z(2, 3, 4), z(2, 3, 4)]), ValueError, r"axis values 3 \(at axis 1\) != 4 \(at axis 2\)",
    ),
    "dot batch axis": (lambda: layers.Dot(0)([z(2, 3), z(2, 3)]), ValueError, "axis 0, which counts the samples"),
    "dot batches": (lambda: layers.Dot(1)([z(2, 3), z(4, 3)]), ValueError, "one batch size"),
    "dot axes text": (lambda: layers.Dot("one"), TypeError, "axes=one"),
    "dot axes three": (lambda: layers.Dot((1, 2, 3)), ValueError, "two elements"),
    "dot axis outside": (lambda: layers.Dot(3)([z(2, 3), z(2, 3)]), ValueError, "axes=3"),
    "permute twice": (lambda: layers.Permute((1, 1)), ValueError, r"dims=\(1, 1\)"),
    "permute rank": (lambda: layers.Permute((2, 1))(z(2, 3)), ValueError, 'layer "permute.*expected ndim=3, found ndim=2'),
    "repeat float": (lambda: layers.RepeatVector(1.5), TypeError, "integer.*float"),
    "repeat negative": (lambda: layers.RepeatVector(-1), ValueError, "n=-1"),
    "repeat rank": (lambda: layers.RepeatVector(2)(z(2, 3, 4)), ValueError, "expected ndim=2, found ndim=3"),
    "reshape number": (lambda: layers.Reshape(3), TypeError, "target_shape=3"),
    "reshape float": (lambda: layers.Reshape((2, 1.5)), TypeError, "tuple of integers"),
    "reshape size": (lambda: layers.Reshape((5,))(z(2, 3, 4)), ValueError, r"\(3, 4\), output_shape=\(5,\)"),
    "flatten format": (lambda: layers.Flatten(data_format="first"), ValueError, "data_format.*first"),
    "relu max": (lambda: layers.ReLU(max_value=-1.0), ValueError, "max_value.*-1.0"),
    "relu slope": (lambda: layers.ReLU(negative_slope=None), ValueError, "negative_slope.*None"),
    "relu threshold": (lambda: layers.ReLU(threshold=-0.5), ValueError, "threshold.*-0.5"),
    "leaky": (lambda: layers.LeakyReLU(None), ValueError, "alpha.*None"),
    "elu": (lambda: layers.ELU(None), ValueError, "Alpha.*None"),
    "thresholded": (lambda: layers.ThresholdedReLU(-1.0), ValueError, "theta.*-1.0"),
    "prelu axis 0": (lambda: layers.PReLU(shared_axes=[0])(z(2, 3)), ValueError, "counted from 1.*shared_axes=.0."),
    "prelu axis outside": (lambda: layers.PReLU(shared_axes=2)(z(2, 3)), ValueError, "shared_axes=.2."),
    "prelu unknown": (
        lambda: pyseq.Sequential([layers.Input((None, 3)), layers.PReLU()]), ValueError, r"\(None, None, 3\).*shared_axes=None",
    ),
    "softmax axis": (lambda: layers.Softmax(axis=3)(z(2, 3)), ValueError, "axis.*3"),
    "softmax integers": (lambda: layers.Softmax()(np.ones((2, 3), "i4")), TypeError, "floating point.*int32"),
    "activity": (lambda: layers.ActivityRegularization(l1="much"), ValueError, "much"),
    "unit axis": (lambda: layers.UnitNormalization(axis=2)(z(2, 3)), ValueError, r"axis=\(2,\)"),
    "unit axis float": (lambda: layers.UnitNormalization(axis=0.5), TypeError, "axis=0.5"),
    "rescaling": (lambda: layers.Rescaling("half"), TypeError, "scale='half'"),
    "wrapper": (lambda: layers.Wrapper(3), ValueError, "Layer 3 supplied to wrapper"),
    "einsum equation": (lambda: layers.EinsumDense("ab,bc=ac", 3)(z(2, 3)), ValueError, "ab,bc=ac"),
    "einsum rank": (lambda: layers.EinsumDense("ab,bc->ac", 3)(z(2, 3, 4)), ValueError, r"letter for each axis.*\(2, 3, 4\)"),
    "einsum shared": (
        lambda: layers.EinsumDense("abc,cd->abd", (7, 5))(z(2, 3, 4)), ValueError, "'b'. Input shape is 3, and output shape is 7",
    ),
    "einsum bias": (lambda: layers.EinsumDense("ab,bc->ac", 3, bias_axes="z")(z(2, 3)), ValueError, "'z' was requested"),
    "unknown argument": (lambda: layers.Add(axis=1), TypeError, "axis"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_error(name):
    run, error, message = CASES[name]
    with pytest.raises(error, match=message):
        run()


def test_functions_are_the_layers():
    a, b = np.arange(6.0).reshape(2, 3), np.ones((2, 3))
    for name in ("add", "subtract", "multiply", "average", "maximum", "minimum", "concatenate"):
        layer = getattr(layers, name.capitalize())()
        np.testing.assert_array_equal(getattr(layers, name)([a, b]).numpy(), layer([a, b]).numpy())
    np.testing.assert_array_equal(layers.dot([a, b], axes=1).numpy(), layers.Dot(1)([a, b]).numpy())
    assert layers.add([layers.Input((3,)), layers.Input((3,))], name="sum").shape == (None, 3)
    assert layers.concatenate([a, b], axis=0).shape == (4, 3)


class Wrong(layers.Layer):
    def call(self, x):
        if len(x.shape) == 3:
            raise KeyError("mine")
        return ops.matmul(x, np.ones((5, 2), "f4"))


class Around(pyseq.Model):
    def __init__(self):
        super().__init__(name="around")
        self.inner = [Wrong(name="wrong")]

    def call(self, x):
        return self.inner[0](x)


WAYS = {
    "eager": lambda: Around().call(z(3, 4)),
    "called": lambda: Around()(z(3, 4)),
    "predict": lambda: Around().predict(z(3, 4), verbose=0),
    "symbolic": lambda: Around()(layers.Input((4,))),
    "sequential": lambda: pyseq.Sequential([Wrong(name="wrong")])(z(3, 4)),
}


@pytest.mark.parametrize("way", WAYS)
def test_an_error_names_the_innermost_layer(way):
    with pytest.raises(
        ValueError, match=r'^matmul: (?s:.*)In the call of layer "wrong" \(type Wrong\), inputs of shape'
    ) as e:
        WAYS[way]()
    assert "around" not in str(e.value) and str(e.value).count("In the call") == 1
    assert f"inputs of shape ({None if way in ('symbolic', 'sequential') else 3}, 4)" in str(e.value)
    with pytest.raises(KeyError) as e:
        Wrong()(z(2, 3, 4))
    assert e.value.args == ("mine",)  # not a message


def test_the_number_of_inputs_is_checked_before_weights_are_made():
    with pytest.raises(ValueError, match=r'"d" expects 1 input\(s\), but it received 2'):
        layers.Dense(2, name="d")([z(8, 4), z(8, 4)])
