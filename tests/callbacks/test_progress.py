"""The progress bar where it is shown: on a pipe, in terminals of several widths, in a notebook."""

import io
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

import pyseq as keras
from tests.parity import progress
from tests.parity.recording import FIXTURES
from tests.parity.test_progress import RUNS, states

ROOT = Path(__file__).parents[2]
LIMIT = 60  # s
PROGRAM = """
import sys, types
import numpy as np
import pyseq as keras
from tests.parity import progress
progress.every_step(keras.utils.Progbar)
for name in sys.argv[1:]:
    print("RUN", name)
    try:
        progress.run(keras, np, name)
    except ValueError as e:
        if "generator" not in str(e):
            raise
        print("no generators yet")
"""


@pytest.fixture(scope="module")
def piped():
    """{name: text} of every run, from a process whose standard output is a pipe."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, *RUNS], cwd=ROOT, capture_output=True, timeout=LIMIT)
    assert done.returncode == 0, done.stderr
    assert not done.stderr  # all of it goes to standard output
    pieces = re.split(r"^RUN (\w+)\n", done.stdout.decode().replace("\r\n", "\n"), flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


@pytest.mark.parametrize("name", RUNS)
def test_text_on_a_pipe(name, piped):
    text = progress.without_times(piped[name])
    if "no generators yet" in text:
        pytest.skip("no generators yet")
    expected = (FIXTURES / "progress" / f"{name}.txt").read_text()
    assert states(text) == states(expected)
    if "_1" not in name and "auto" not in name:
        assert text == expected  # nothing is redrawn


@pytest.mark.parametrize("kind", ["fit", "evaluate", "predict"])
def test_the_first_step_is_shown_by_itself(kind, capsys):
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(2,))])
    model.compile("sgd", "mse")
    data = (np.ones((320, 2)),) if kind == "predict" else (np.ones((320, 2)), np.ones(320))
    getattr(model, kind)(*data, verbose=1)
    shown = [line.strip("\b ") for line in re.split(r"[\r\n]", capsys.readouterr().out)]
    assert [line[:14] for line in shown if line][:1] == ["1/10 [==>....."]


# ------------------------------------------------------------------------------------------------ a terminal


class Screen:
    """What a terminal shows: lines of so many columns, with carriage returns, backspaces and wrapping."""

    def __init__(self, columns=10**9):
        self.columns, self.lines, self.at = columns, [""], 0
        self.wrapped = set()  # numbers of lines that go on in the next one

    def write(self, text):
        for char in text:
            line = self.lines[-1]
            if char == "\r":
                self.at = 0
            elif char == "\b":
                self.at = max(0, self.at - 1)
            elif char == "\n":
                self.lines.append("")
                self.at = 0
            else:
                if self.at == self.columns:
                    self.wrapped.add(len(self.lines) - 1)
                    self.lines.append("")
                    self.at, line = 0, ""
                self.lines[-1] = line[: self.at].ljust(self.at) + char + line[self.at + 1 :]
                self.at += 1

    def text(self):
        """What is shown, wrapped lines put together."""
        ends = ["" if k in self.wrapped else "\n" for k in range(len(self.lines))]
        shown = "".join(line + end for line, end in zip(self.lines, ends, strict=True))
        return "\n".join(line.rstrip() for line in shown.rstrip("\n").split("\n"))


FIT = """
import time
import numpy as np
import pyseq as keras
model = keras.Sequential([keras.layers.Dense(8, input_shape=(4,)), keras.layers.Dense(2, "softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
x, y = np.ones((400, 4), "float32"), np.arange(400) % 2
class Slow(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.006)
model.fit(x, y, batch_size=10, epochs=2, validation_split=0.25, callbacks=[Slow()])
print("done")
"""


def in_terminal(columns, program):
    """(what a process writes to a terminal of so many columns, its screen)."""
    fcntl, pty, struct, termios = (pytest.importorskip(n) for n in ("fcntl", "pty", "struct", "termios"))
    reader, writer = pty.openpty()
    fcntl.ioctl(writer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=writer, stderr=writer)
    os.close(writer)
    text = b""
    try:
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            piece = os.read(reader, 65536)
            if not piece:
                break
            text += piece
    except OSError:  # the process has ended
        pass
    finally:
        os.close(reader)
        process.kill()
        process.wait()
    text = text.decode().replace("\r\n", "\n")
    screen = Screen(columns)
    screen.write(text)
    return text, screen.text()


FINAL = r"30/30 \[=+\] - \d+s \d+ms/step - loss: \d\.\d{4} - accuracy: \d\.\d{4} - val_loss: \d\.\d{4} - val_accuracy: \d\.\d{4}"


SHOWN = rf"Epoch 1/2\n{FINAL}\nEpoch 2/2\n{FINAL}\ndone"


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_screen_of_a_terminal(columns):
    """Redrawing fills no line; at the end there is one whole line an epoch, wrapped by the terminal if it is narrow."""
    text, screen = in_terminal(columns, FIT)
    redrawn = [part.strip("\b") for part in text.replace("\n", "\r").split("\r")]
    redrawn = [part for part in redrawn if "ETA" in part]
    assert len(redrawn) > 2 and max(map(len, redrawn)) < columns
    assert re.fullmatch(SHOWN, screen), screen


@pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")
def test_screen_of_tmux():
    """60 columns of a real terminal program, while it runs and afterwards."""
    name = f"pyseq-test-{os.getpid()}"
    tmux = ["tmux", "-L", name, "-f", os.devnull]
    program = "import os, sys\n" + FIT + "\nsys.stdout.flush()\nimport time; time.sleep(30)"
    subprocess.run(
        [*tmux, "new-session", "-d", "-x", "60", "-y", "24", sys.executable, "-c", program], cwd=ROOT, check=True
    )
    try:
        running, end = [], time.monotonic() + LIMIT
        while time.monotonic() < end:
            shown = subprocess.run(
                [*tmux, "capture-pane", "-p", "-J"], capture_output=True, text=True, check=False
            ).stdout
            if "done" in shown:
                break
            running.append(shown)
            time.sleep(0.05)
        assert re.fullmatch(SHOWN, "\n".join(line.rstrip() for line in shown.rstrip().split("\n"))), shown
        for screen in running:  # at most one line of each epoch is being drawn, never two
            assert screen.count("ETA") <= 1, screen
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)


# ------------------------------------------------------------------------------------------------ a notebook


class Notebook(io.StringIO):
    """Standard output as a Jupyter kernel has it: no terminal, no file."""

    def isatty(self):
        return False

    def fileno(self):
        raise io.UnsupportedOperation("fileno")


@pytest.mark.parametrize("system", ["posix", "nt"])
def test_in_a_notebook(system, monkeypatch):
    """One line an epoch, redrawn; also where only the kernel's presence tells that it can be."""
    out = Notebook()
    monkeypatch.setattr(keras.utils.progbar.os, "name", system)
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    monkeypatch.setattr(sys, "stdout", out)
    scope = {"__name__": "notebook"}
    exec(FIT.replace("0.006", "0.004"), scope)
    monkeypatch.undo()
    text = out.getvalue()
    screen = Screen()
    screen.write(text)
    assert text.count("\r") > 4
    assert re.fullmatch(SHOWN, screen.text()), screen.text()


def test_without_standard_output(monkeypatch):
    """As in a Windows program without a console."""
    monkeypatch.setattr(sys, "stdout", None)
    bar = keras.utils.Progbar(3)
    bar.update(3, [("loss", 1.0)])


def test_a_closed_pipe_is_the_users_error():
    program = textwrap.dedent(FIT).replace("0.006", "0")
    process = subprocess.Popen(
        [sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    process.stdout.close()
    errors = process.stderr.read().decode()
    assert process.wait(LIMIT) != 0 and "BrokenPipeError" in errors
