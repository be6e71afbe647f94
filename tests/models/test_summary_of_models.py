"""`summary()` and the table of notebooks, of real models (the layout by itself: tests/utils/test_summary.py)."""

import numpy as np
import pytest

from pyseq.layers import Dense, Dropout
from pyseq.models import Model, Sequential

RULE, DOUBLE = "_" * 65, "=" * 65


def lines(model, **kwargs):
    shown = []
    model.summary(print_fn=shown.append, **kwargs)
    return [line.rstrip() for line in shown]


class Inner(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.d = Dense(3, name="d")

    def call(self, x):
        return self.d(x)


class Outer(Model):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.inner = Inner(name="inner")
        self.chain = Sequential([Dense(1000, name="wide")], name="a_name_that_is_too_long_for_its_column")
        self.unused = Dense(7, name="unused")

    def call(self, x):
        return self.chain(self.inner(x))


@pytest.fixture
def model():
    model = Outer(name="outer")
    model.build((None, 4))
    return model


def test_subclass(model):
    assert lines(model) == [
        'Model: "outer"',
        RULE,
        "Layer (type)                 Output Shape              Param #",
        DOUBLE,
        "inner (Inner)                multiple                  15",
        RULE,
        "a_name_that_is_too_long_for_ (None, 1000)              4000",
        RULE,
        "unused (Dense)               multiple                  0 (unused)",
        DOUBLE,
        "Total params: 4,015",
        "Trainable params: 4,015",
        "Non-trainable params: 0",
        RULE,
    ]


def test_nested_and_trainable(model):
    model.inner.trainable = False
    shown = lines(model, expand_nested=True, show_trainable=True, layer_range=["inner", "inner"])
    assert shown[0] == 'Model: "outer"' and len(shown[1]) == 76
    assert [line.split() for line in shown[4:8]] == [
        ["inner", "(Inner)", "multiple", "15", "N"],
        ["|" + "¯" * 74 + "|"],
        ["|", "d", "(Dense)", "multiple", "15", "N", "|"],
        ["¯" * 76],
    ]
    assert shown[-4:-1] == ["Total params: 4,015", "Trainable params: 4,000", "Non-trainable params: 15"]


def test_widths(model):
    assert len(lines(model, line_length=90)[1]) == 90
    assert lines(model, positions=[0.2, 0.5, 1.0])[2] == "Layer (type) Output Shape       Param #"
    assert lines(model, positions=[20, 40, 65])[2] == "Layer (type)        Output Shape        Param #"


def test_before_and_after_the_first_call():
    model = Inner()
    with pytest.raises(ValueError, match="has not yet been built"):
        model.summary()
    model(np.ones((2, 4), "float32"))
    assert "Total params: 15" in lines(model)


def test_notebooks(model):
    shown = model._repr_html_()
    assert shown.startswith("<table>") and shown.endswith("</table>") and "<script" not in shown
    assert "<td>inner</td><td>Inner</td><td>multiple</td><td>15</td>" in shown
    assert "<td>&nbsp;&nbsp;&nbsp;&nbsp;wide</td><td>Dense</td><td>(None, 1000)</td><td>4,000</td>" in shown
    assert "4,015 parameters, 4,015 of them trainable" in shown


def test_notebooks_before_the_first_call():
    shown = Outer(name="<b>")._repr_html_()
    assert (
        "not built" in shown and "&lt;b&gt;" in shown and "<td>unused</td><td>Dense</td><td>?</td><td>?</td>" in shown
    )
    assert "no layers yet" in Sequential()._repr_html_()
    assert "Dropout" in Sequential([Dropout(0.5)])._repr_html_()
