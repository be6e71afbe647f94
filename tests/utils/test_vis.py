"""plot_model and model_to_dot: without pydot, without Graphviz, and the graph they draw (that needs pydot)."""

import os
import stat
import sys

import pytest

from pyseq import utils
from pyseq.layers import Add, Dense, Dropout, Input
from pyseq.models import Model, Sequential


@pytest.fixture
def model():
    return Sequential([Dense(2, input_shape=(3,), name="first"), Dropout(0.5, name="drop"), Dense(1, name="last")])


@pytest.fixture
def no_pydot(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydot", None)


@pytest.fixture
def pydot():
    return pytest.importorskip("pydot")


def lines(dot):
    return dot.to_string().splitlines()


def test_plot_model_without_pydot_says_so_and_goes_on(model, no_pydot, tmp_path, capsys):
    assert utils.plot_model(model, tmp_path / "model.png") is None
    shown = capsys.readouterr()
    assert not shown.out and "pip install pydot" in shown.err and "graphviz" in shown.err
    assert not os.listdir(tmp_path)


def test_model_to_dot_without_pydot(model, no_pydot):
    with pytest.raises(ImportError, match="pip install pydot"):
        utils.model_to_dot(model)


def test_plot_model_without_graphviz(model, pydot, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert utils.plot_model(model, tmp_path / "model.png") is None
    assert "install graphviz" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands for Graphviz")
def test_plot_model_writes_what_graphviz_gives(model, pydot, tmp_path, monkeypatch):
    program = tmp_path / "dot"
    program.write_text('#!/bin/sh\n[ "$1" = -Tnone ] && exit 1\nprintf "%s " "$1"\n')
    program.chmod(program.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert utils.plot_model(model, tmp_path / "model.svg") is None
    assert (tmp_path / "model.svg").read_text() == "-Tsvg "
    utils.plot_model(model, str(tmp_path / "picture"))
    assert (tmp_path / "picture.png").read_text() == "-Tpng "
    with pytest.raises(ValueError, match="cannot draw this as 'none'"):
        utils.plot_model(model, tmp_path / "model.none")


@pytest.mark.parametrize("draw", [utils.plot_model, utils.model_to_dot])
def test_bad_arguments(model, draw):
    with pytest.raises(ValueError, match="has not yet been built"):
        draw(Sequential([Dense(2)]))
    with pytest.raises(ValueError, match="has not yet been built"):
        draw(Model())
    with pytest.raises(ValueError, match="`rankdir` must be one of TB, BT, LR, RL"):
        draw(model, rankdir="up")
    with pytest.raises(ValueError, match="Unrecognized keyword arguments"):
        draw(model, show_everything=True)


def test_layer_range(model, pydot):
    drawn = "\n".join(lines(utils.model_to_dot(model, layer_range=["drop", "last"])))
    assert "drop" in drawn and "last" in drawn and "first" not in drawn and drawn.count("->") == 1
    with pytest.raises(ValueError, match="no layer's name matches 'x'"):
        utils.model_to_dot(model, layer_range=["x", "last"])


def test_subclassed_model_is_one_box(pydot):
    class Mine(Model):
        def call(self, x):
            return x

    mine = Mine(name="mine")
    mine.build((None, 3))
    assert [line for line in lines(utils.model_to_dot(mine)) if "label" in line] == [f"{id(mine)} [label=mine];"]


def test_nested_models_in_frames(pydot):
    inner = Sequential([Dense(3, input_shape=(4,), name="a"), Dense(2, name="b")], name="inner")
    outer = Sequential([inner, Dense(1, name="c")], name="outer")
    drawn = "\n".join(lines(utils.model_to_dot(outer, expand_nested=True)))
    assert "subgraph cluster_inner" in drawn and drawn.count("->") == 4
    assert f"{id(inner)}{id(inner.layers[-1])} -> {id(outer.layers[-1])};" in drawn
    assert "cluster" not in utils.model_to_dot(outer).to_string()


def test_names_that_graphviz_would_read(pydot):
    model = Sequential([Dense(2, activation=lambda x: x, input_shape=(3,), name="d{x|y}")])
    (label,) = [line for line in lines(utils.model_to_dot(model, show_layer_activations=True)) if "lambda" in line]
    assert r"d\{x\|y\}|{Dense|\<lambda\>}" in label


def arrows(dot, *layers):
    """The arrows as pairs of names, with the boxes of `layers` by their names."""
    names = {str(id(layer)): layer.name for layer in layers}
    pairs = [line.strip(";").split(" -> ") for line in lines(dot) if "->" in line]
    return [tuple(next((n for i, n in names.items() if box.endswith(i)), box) for box in pair) for pair in pairs]


def test_graph_with_a_nested_model_of_several_inputs_and_outputs(pydot):
    a, b = Input((3,), name="a"), Input((3,), name="b")
    p, q = Dense(2, name="p")(a), Dense(2, name="q")(b)
    inner = Model([a, b], [p, q], name="inner")
    c, d = Input((3,), name="c"), Input((3,), name="d")
    y, z = inner([c, d])
    u, v = Dense(2, name="u")(z), Dense(2, name="v")(y)
    outer = Model([c, d], Add(name="sum")([u, v]))
    drawn = arrows(utils.model_to_dot(outer), *outer.layers)
    assert sorted(drawn) == sorted(
        [("c", "inner"), ("d", "inner"), ("inner", "u"), ("inner", "v"), ("u", "sum"), ("v", "sum")]
    )
    drawn = arrows(utils.model_to_dot(outer, expand_nested=True), *outer.layers, *inner.layers)
    assert {("c", "a"), ("d", "b"), ("a", "p"), ("b", "q"), ("q", "u"), ("p", "v"), ("u", "sum"), ("v", "sum")} == set(
        drawn
    )
