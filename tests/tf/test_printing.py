"""tf.print: the text is that of TensorFlow 2.15 for the same calls."""

import io
import sys

import numpy as np
import pytest

import pyseq.tf as tf

PRINTED = [
    (("a", [1.0, 2.5], {"k": 1}, None, True, 1.5), {}, "a [1.0, 2.5] {'k': 1} None True 1.5\n"),
    ((np.arange(20, dtype="int32"),), {"tensor": True, "summarize": 3}, "[0 1 2 ... 17 18 19]\n"),
    ((np.arange(20.0).reshape(4, 5),), {"tensor": True, "summarize": 1}, "[[0 ... 4]\n ...\n [15 ... 19]]\n"),
    ((np.arange(4),), {"tensor": True, "summarize": -1, "sep": "|", "end": "!\n"}, "[0 1 2 3]!\n"),
    ((np.float32([0.1, 1 / 3, 1e7, 12345678]), np.float64(1 / 3)), {"tensor": True},
     "[0.1 0.333333343 1e+07 12345678] 0.33333333333333331\n"),
    ((np.array([np.nan, np.inf, -1e-5, 123456789.0, 0.1]),), {"tensor": True}, "[nan inf -1e-05 123456789 0.1]\n"),
    ((np.zeros((2, 2, 2)), np.bool_(True)), {"tensor": True}, "[[[0 0]\n  [0 0]]\n\n [[0 0]\n  [0 0]]] 1\n"),
    ((), {}, "\n"),
]  # fmt: skip


@pytest.mark.parametrize("values, how, text", PRINTED)
def test_text(values, how, text):
    how, stream = dict(how), io.StringIO()
    values = [tf.constant(v) for v in values] if how.pop("tensor", False) else values
    tf.print(*values, output_stream=stream, **how)
    assert stream.getvalue() == text


def test_in_a_plan_each_time(capsys):
    @tf.function
    def f(x):
        tf.print("sum:", [tf.reduce_sum(x)], output_stream=sys.stdout)
        tf.print("and", output_stream=sys.stdout)
        return x * 2.0

    for _ in range(2):
        f(tf.constant([1.0, 2.0]))
    assert capsys.readouterr().out == "sum: [3]\nand\n" * 2


def test_streams(capsys, tmp_path):
    tf.print(tf.constant([1, 2]))
    assert capsys.readouterr().err == "[1 2]\n"
    for _ in range(2):
        tf.print("x", tf.constant(1.5), output_stream=f"file://{tmp_path}/log")
    assert (tmp_path / "log").read_text() == "x 1.5\nx 1.5\n"
    lines = []
    tf.print("x", output_stream=lines.append)
    assert lines == ["x"]
    with pytest.raises(ValueError, match="^tf.print: `output_stream` must be a stream"):
        tf.print("x", output_stream=3)
    with pytest.raises(ValueError, match=r"^tf.print: takes .* Received: \['color'\]"):
        tf.print("x", color="red")
