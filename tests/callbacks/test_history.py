"""History.plot: what is drawn."""

import numpy as np
import pytest

import pyseq as keras
from pyseq import layers

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
pyplot = pytest.importorskip("matplotlib.pyplot")

X = np.random.default_rng(5).standard_normal((40, 3)).astype("float32")
Y = X.sum(1, keepdims=True)


@pytest.fixture(autouse=True)
def figures_closed():
    yield
    pyplot.close("all")


def fitted(**fit):
    model = keras.Sequential([layers.Dense(1, input_shape=(3,))])
    model.compile("sgd", "mse", metrics=["mae"])
    return model.fit(X, Y, **{"epochs": 4, "verbose": 0, **fit})


def lines(panel):
    return {line.get_label(): (list(line.get_xdata()), list(line.get_ydata())) for line in panel.get_lines()}


def test_a_panel_for_each_metric_training_and_validation_in_it():
    h = fitted(validation_split=0.25)
    figure = h.plot()
    assert [panel.get_title() for panel in figure.axes] == ["loss", "mae"]
    for panel in figure.axes:
        name = panel.get_title()
        assert lines(panel) == {
            "training": ([1, 2, 3, 4], h.history[name]),
            "validation": ([1, 2, 3, 4], h.history[f"val_{name}"]),
        }
        assert panel.get_xlabel() == "epoch"
        assert [t.get_text() for t in panel.get_legend().get_texts()] == ["training", "validation"]


def test_validation_now_and_then_stands_at_its_epochs():
    figure = fitted(validation_split=0.25, validation_freq=2).plot("loss".split())
    assert lines(figure.axes[0])["validation"][0] == [2, 4]


def test_later_epochs_keep_their_numbers():
    figure = fitted(initial_epoch=2, epochs=5).plot(["mae"])
    assert lines(figure.axes[0])["training"][0] == [3, 4, 5]


def test_one_epoch_is_a_point():
    (line,) = fitted(epochs=1).plot(["loss"]).axes[0].get_lines()
    assert line.get_marker() == "o"


def test_into_axes_of_ones_own():
    figure, axes = pyplot.subplots(2)
    assert fitted().plot(["loss", "mae"], axes=axes) is figure
    assert fitted().plot(["loss"], axes=axes[0]) is figure
    assert len(pyplot.get_fignums()) == 1


def test_the_figure_can_be_saved(tmp_path):
    fitted().plot().savefig(tmp_path / "curves.png")
    assert (tmp_path / "curves.png").read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize(("arguments", "said"), [
    (dict(names=["auc"]), r"`names` must be among \['loss', 'mae'\]"),
    (dict(names=[]), "`names` must be among"),
])  # fmt: skip
def test_wrong_names(arguments, said):
    with pytest.raises(ValueError, match=said):
        fitted().plot(**arguments)


def test_too_few_axes():
    with pytest.raises(ValueError, match="`axes` must be as many as names"):
        fitted().plot(axes=pyplot.subplots(1)[1])


def test_nothing_to_draw():
    with pytest.raises(ValueError, match="`names`"):
        keras.callbacks.History().plot()
