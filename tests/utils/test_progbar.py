"""The progress bar against recordings of tf.keras 2.15 (make_progbar.py), and where pyseq goes further."""

import io
import json
import os
import sys
import time
from pathlib import Path

import pytest

from pyseq.utils import Progbar, progbar
from tests.utils.make_progbar import play

RECORDED = json.loads(Path(__file__).with_name("progbar.json").read_text())


@pytest.fixture
def clock(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progbar.time, "time", lambda: now[0])
    return now


@pytest.mark.parametrize("scenario", [s for s in RECORDED if "text" in s], ids=lambda s: str(s["init"]))
def test_text_is_that_of_keras(scenario, clock):
    assert play(scenario, Progbar, clock) == scenario["text"]


@pytest.mark.parametrize("scenario", [s for s in RECORDED if "error" in s], ids=lambda s: str(s["init"]))
def test_works_where_keras_raises(scenario, clock):
    assert play(scenario, Progbar, clock).endswith("\n")


def test_one_line_display_ends_its_line_before_the_target(clock):
    scenario = {"init": {"target": 10, "verbose": 2}, "updates": [[2.0, 4, [["loss", 0.5]], True]]}
    assert play(scenario, Progbar, clock) == " 4/10 - 2s - loss: 0.5000 - 2s/epoch - 500ms/step\n"


def test_numpy_scalars_and_tensor_like_values(clock):
    class Half:
        def __mul__(self, units):
            return 0.5 * units

    scenario = {"init": {"target": 2}, "updates": [[1.0, 2, [["loss", Half()]], True]]}
    assert play(scenario, Progbar, clock).endswith("- loss: 0.5000\n")


class Terminal(io.StringIO):
    def isatty(self):
        return True

    def fileno(self):
        return 1


BARS = (1, "." * 30), (500, "=" * 14 + ">" + "." * 15)


@pytest.mark.parametrize("columns", [0, 20, 60, 85, 200])
def test_narrow_terminal_does_not_wrap_while_it_runs(columns, monkeypatch, clock):
    monkeypatch.setattr(os, "get_terminal_size", lambda fd: os.terminal_size((columns, 24)))
    monkeypatch.setattr(sys, "stdout", Terminal())
    bar = Progbar(1000, interval=0)
    for i in (1, 500, 1000):
        bar.update(i, [("loss", 0.25), ("accuracy", 0.75)])
    *drawn, last = sys.stdout.getvalue().replace("\b", "").split("\r")[1:]
    assert last.startswith("1000/1000 [==============================] - 0s ")
    assert last.endswith("- loss: 0.2500 - accuracy: 0.7500\n")
    whole = [f"{i:4d}/1000 [{bar}] - ETA: 0s - loss: 0.2500 - accuracy: 0.7500" for i, bar in BARS]
    assert (
        [line.rstrip() for line in drawn] == whole if columns in (0, 200) else {len(s) for s in drawn} == {columns - 1}
    )


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_redraws_in_a_pseudo_terminal():
    import pty

    reader, writer = pty.openpty()
    with os.fdopen(writer, "w") as terminal:
        stdout, sys.stdout = sys.stdout, terminal
        try:
            bar = Progbar(2, interval=0)
            bar.update(1)
            bar.update(2)
        finally:
            sys.stdout = stdout
    text = ""
    while "/step" not in text:  # what was written may come in pieces
        text += os.read(reader, 4096).decode()
    os.close(reader)
    assert "\r1/2 [==============>...............]" in text
    assert text.rstrip().endswith("/step")


def test_an_update_that_is_not_due_is_cheap(capsys):
    bar = Progbar(10**9)
    bar.update(1, [("loss", 1.0)])
    start = time.perf_counter()
    for i in range(2, 2002):
        bar.update(i, [("loss", 1.0)])
    assert (time.perf_counter() - start) / 2000 < 50e-6
    assert capsys.readouterr().out.count("\r") < 5
