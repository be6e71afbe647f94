"""The table of `model.summary()`, with stand-ins for models and layers: what is printed depends on little of them."""

import numpy as np
import pytest

from pyseq.utils.summary import print_summary

HEAD = [
    'Model: "sequential"',
    "_" * 65,
    "Layer (type)                 Output Shape              Param #   ",
    "=" * 65,
]


class Stand:
    built = True
    trainable = True

    def __init__(self, name, output_shape, *shapes):
        self.name, self.output_shape = name, output_shape
        self.weights = self.trainable_weights = [np.zeros(shape, "int8") for shape in shapes]
        self.non_trainable_weights = []

    def count_params(self):
        return sum(w.size for w in self.weights)


class Dense(Stand):
    pass


class BatchNormalization(Stand):
    pass


class InputLayer(Stand):
    pass


class Sequential(Stand):
    pass


class Unused(Stand):
    built = False

    def count_params(self):
        raise ValueError("not built")


class Model:
    def __init__(self, name, *layers, inputs=None):
        self.name, self.layers = name, list(layers)
        if inputs is not None:
            before = [[], *([f"{layer.name}[0][0]"] for layer in layers)]
            self._connected_to = lambda layer: inputs[layer.name]
            self._is_chain = lambda: [inputs[layer.name] for layer in layers] == before[:-1]
        self.trainable_weights = [w for layer in layers for w in layer.trainable_weights]
        self.non_trainable_weights = [w for layer in layers for w in layer.non_trainable_weights]


def lines(model, **kwargs):
    out = []
    print_summary(model, print_fn=out.append, **kwargs)
    return out


def test_plain_chain():
    model = Model("sequential", Dense("dense", (None, 300), (784, 300), (300,)), Dense("dense_1", (None, 3)))
    assert lines(model) == [
        *HEAD,
        "dense (Dense)                (None, 300)               235500    ",
        "_" * 65,
        "dense_1 (Dense)              (None, 3)                 0         ",
        "=" * 65,
        "Total params: 235,500",
        "Trainable params: 235,500",
        "Non-trainable params: 0",
        "_" * 65,
    ]


def test_long_cells_are_cut_at_the_column_edge():
    layers = [BatchNormalization(f"batch_normalization{end}", (None, 10), (4, 10)) for end in ("", "_1", "_10")]
    rows = lines(Model("sequential", *layers))[4:-5:2]
    assert rows == [
        "batch_normalization (BatchNo (None, 10)                40        ",
        "batch_normalization_1 (Batch (None, 10)                40        ",
        "batch_normalization_10 (Batc (None, 10)                40        ",
    ]


def test_prints_by_default(capsys):
    print_summary(Model("sequential", Dense("dense", (None, 8))))
    assert capsys.readouterr().out.splitlines()[:4] == HEAD


def test_shared_and_frozen_weights_are_counted_once_and_apart():
    shared = Dense("dense", (None, 8), (1000, 8))
    frozen = BatchNormalization("bn", (None, 8), (2, 8))
    frozen.trainable_weights, frozen.non_trainable_weights = [], frozen.weights
    assert lines(Model("m", shared, shared, frozen))[-4:-1] == [
        "Total params: 8,016",
        "Trainable params: 8,000",
        "Non-trainable params: 16",
    ]


def test_layers_of_a_subclassed_model():
    dense = Dense("dense", None, (4, 3), (3,))
    del dense.output_shape
    rows = lines(Model("iris_model", dense, Unused("dense_1", (None, 3))))
    assert rows[0] == 'Model: "iris_model"'
    assert rows[4] == "dense (Dense)                multiple                  15        "
    assert rows[6] == "dense_1 (Unused)             (None, 3)                 0 (unused)"


def test_functional_chain_is_printed_like_a_sequential():
    inputs = {"input_1": [], "dense": ["input_1[0][0]"]}
    model = Model("model", InputLayer("input_1", [(None, 3)]), Dense("dense", (None, 4), (3, 4)), inputs=inputs)
    assert lines(model)[4:7] == [
        "input_1 (InputLayer)         [(None, 3)]               0         ",
        "_" * 65,
        "dense (Dense)                (None, 4)                 12        ",
    ]


def test_functional_graph_shows_inputs():
    inputs = {"input_1": [], "dense": ["input_1[0][0]"], "add": ["input_1[0][0]", "dense[0][0]"]}
    layers = [InputLayer("input_1", [(None, 4)]), Dense("dense", (None, 4), (4, 4)), Dense("add", (None, 4))]
    assert lines(Model("model", *layers, inputs=inputs))[1:-4] == [
        "_" * 98,
        "Layer (type)                    Output Shape         Param #     Connected to                     ",
        "=" * 98,
        "input_1 (InputLayer)            [(None, 4)]          0                                            ",
        "_" * 98,
        "dense (Dense)                   (None, 4)            16          input_1[0][0]                    ",
        "_" * 98,
        "add (Dense)                     (None, 4)            0           input_1[0][0]                    ",
        "                                                                 dense[0][0]                      ",
        "=" * 98,
    ]


@pytest.fixture
def nested():
    inner = Sequential("inner", (None, 2), (4, 3), (3, 2))
    inner.layers = [Dense("dense_1", (None, 3), (4, 3)), Dense("dense_2", (None, 2), (3, 2))]
    return Model("outer", Dense("dense", (None, 4)), inner, Dense("dense_3", (None, 2)))


def test_nested_layers_in_a_frame(nested):
    assert lines(nested, expand_nested=True, show_trainable=True)[4:-5] == [
        "dense (Dense)                (None, 4)                 0         Y          ",
        "_" * 76,
        "inner (Sequential)           (None, 2)                 18        Y          ",
        "|" + "¯" * 74 + "|",
        "| dense_1 (Dense)            (None, 3)                 12        Y         |",
        "|" + "_" * 74 + "|",
        "| dense_2 (Dense)            (None, 2)                 6         Y         |",
        "¯" * 76,
        "_" * 76,
        "dense_3 (Dense)              (None, 2)                 0         Y          ",
    ]


def test_length_positions_and_range(nested):
    rows = lines(nested, line_length=40, positions=[0.5, 0.8, 1.0], layer_range=["inn", "dense_3"])
    assert rows[2:7] == [
        "Layer (type)        Output Shap Param # ",
        "=" * 40,
        "inner (Sequential)  (None, 2)   18      ",
        "_" * 40,
        "dense_3 (Dense)     (None, 2)   0       ",
    ]
    assert lines(nested, positions=[30, 40, 50])[2] == "Layer (type)                  Output Sh Param # ".ljust(50)


@pytest.mark.parametrize("layer_range", [["inner"], ["inner", 3], ["inner", "nobody"]])
def test_range_that_is_none(nested, layer_range):
    with pytest.raises(ValueError, match=r"summary: .*layer_range"):
        lines(nested, layer_range=layer_range)
