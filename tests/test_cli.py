"""`python -m pyseq`: `run` is compared with `python script.py`; `demo` and `info` are run."""

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import pyseq
from pyseq.__main__ import main

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def execute(*args, cwd):
    return subprocess.run(
        [sys.executable, *args], capture_output=True, text=True, cwd=cwd, env=ENVIRONMENT, timeout=300
    )


@pytest.fixture
def program(tmp_path):
    def write(text, name="program.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(textwrap.dedent(text))
        return str(path)

    return write


def both(path, *args, cwd):
    """(outcome under python, outcome under python -m pyseq run): exit status, output, errors."""
    plain, run = execute(path, *args, cwd=cwd), execute("-m", "pyseq", "run", path, *args, cwd=cwd)
    return [(done.returncode, done.stdout, done.stderr) for done in (plain, run)]


FAITHFUL = {
    "what a program sees": """
        import os, sys, helper
        print(sys.argv, __name__, __file__, __doc__, __spec__, sys.path[0], helper.x)
        print(sys.modules["__main__"].__dict__ is globals())
        """,
    "annotations and futures are its own": """
        x: int = 3
        def f(y: 1 + 1): pass
        print(__annotations__, f.__annotations__)
        """,
    "pickle finds its classes": """
        import pickle
        class A: pass
        print(type(pickle.loads(pickle.dumps(A()))))
        """,
    "atexit still sees its globals": """
        import atexit
        x = 3
        atexit.register(lambda: print(x))
        """,
    "error": """
        def f():
            return 1 / 0
        f()
        """,
    "error with a cause": """
        try:
            {}["key"]
        except KeyError as e:
            raise ValueError("why") from e
        """,
    "error in another module": "import helper; helper.fail()",
    "syntax error": "print('x'\n",
    "syntax error in another module": "import broken",
    "exit status": "import sys; print('bye'); sys.exit(7)",
    "exit message": "raise SystemExit('no luck')",
    "missing module": "import no_such_module",
    "its own excepthook": "import sys; sys.excepthook = lambda *a: print('hook', a[0]); 1 / 0",
    "interrupted": "import os, signal, time; os.kill(os.getpid(), signal.SIGINT); time.sleep(5)",
}


@pytest.mark.parametrize("text", FAITHFUL.values(), ids=FAITHFUL)
def test_run_is_like_python(text, program, tmp_path):
    program("x = 'helper'\ndef fail():\n    raise RuntimeError('in helper')\n", "helper.py")
    program("x = = 3\n", "broken.py")
    plain, run = both(program(text), "one", "--two", "-h", cwd=tmp_path)
    assert run == plain


def test_run_by_relative_path_from_elsewhere(program, tmp_path):
    program("import sys, helper; print(sys.argv[0], __file__, sys.path[0], helper.x)", "sub/program.py")
    program("x = 3", "sub/helper.py")
    plain, run = both(os.path.join("sub", "program.py"), cwd=tmp_path)
    assert run == plain and run[0] == 0


def test_run_without_a_file(tmp_path):
    done = execute("-m", "pyseq", "run", "nothing.py", cwd=tmp_path)
    assert done.returncode == 2 and "can't open file" in done.stderr and "nothing.py" in done.stderr


IMPORTS = """
    import tensorflow as tf
    import tensorflow.keras as tk
    import tensorflow.keras.backend as TK
    import keras.backend as K
    import keras
    import pyseq
    from tensorflow import keras as k
    from tensorflow.keras import Model, layers
    from tensorflow.keras.layers import Dense, Flatten
    from tensorflow.keras.datasets import mnist
    from tensorflow.keras.utils import to_categorical
    from tensorflow.python.keras.layers import Dense as PythonDense
    from keras.layers.core import Dense as CoreDense
    from keras.models import Sequential
    from keras.utils import np_utils
    import tensorflow.keras.datasets.fashion_mnist
    import tensorflow.compat.v2 as tf2

    assert tf is pyseq.tf and keras is pyseq and k is tk is tf.keras is pyseq
    assert K is TK is pyseq.backend and layers is pyseq.layers
    assert Dense is CoreDense is PythonDense is pyseq.layers.Dense
    assert np_utils.to_categorical is to_categorical
    assert tf2 is tf and tensorflow.keras.datasets.fashion_mnist is pyseq.datasets.fashion_mnist
    assert pyseq.layers.__name__ == pyseq.layers.__spec__.name == "pyseq.layers"
    assert tf.__version__.startswith("2.15") and tf.__name__ == "pyseq.tf"
    print("fine")
    """


def test_imports_are_answered(program, tmp_path):
    done = execute("-m", "pyseq", "run", program(IMPORTS), cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "fine\n", "")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("import tensorflow.keras.layerz", ["tensorflow.keras.layerz", "pyseq", "Nearest: layers"]),
        ("import keras.no_such_thing", ["keras.no_such_thing", "pyseq", "layers", "models"]),
        ("import tensorflow.lite", ["tensorflow.lite", "pyseq.tf"]),
        ("from tensorflow.python.framework import ops", ["tensorflow.python.framework"]),
        ("from tensorflow.keras.layers import Dens", ["cannot import name 'Dens'", "Nearest: Dense"]),
        (
            "import tensorflow as tf; tf.constand(1)",
            ["module 'pyseq.tf' has no attribute 'constand'", "Nearest: constant"],
        ),
        ("import keras; keras.Sequentia", ["module 'pyseq' has no attribute 'Sequentia'", "Nearest: Sequential"]),
        ("import tensorflow as tf; tf.nn.rely", ["no attribute 'rely'", "Nearest: relu"]),
    ],
)
def test_what_is_missing_is_named(statement, words, program, tmp_path):
    done = execute("-m", "pyseq", "run", program(statement), cwd=tmp_path)
    assert done.returncode == 1
    assert [word for word in words if word not in done.stderr] == []


def test_the_real_tensorflow_is_not_taken_over(program, tmp_path):
    program("", "tensorflow.py")
    text = "import tensorflow, pyseq\nfrom pyseq import _faces\n_faces.install()"
    done = execute(program(text), cwd=tmp_path)
    assert done.returncode == 1 and "tensorflow has been imported already" in done.stderr


def test_demo(tmp_path):
    done = execute("-W", "error", "-m", "pyseq", "demo", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert 'Model: "sequential"' in done.stdout and "Epoch 20/20" in done.stdout
    accuracy = float(re.search(r"Test accuracy: ([\d.]+)%", done.stdout)[1])
    assert accuracy >= 95
    again = execute("-m", "pyseq", "demo", cwd=tmp_path)
    assert f"Test accuracy: {accuracy}%" in again.stdout


def test_demo_that_learns_too_little_says_so(tmp_path):
    done = execute("-m", "pyseq", "demo", "--epochs", "1", cwd=tmp_path)
    assert done.returncode == 1 and "less than the 95 %" in done.stderr


def test_info(tmp_path):
    done = execute("-m", "pyseq", "info", "--json", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    facts = json.loads(done.stdout)
    assert facts["pyseq"] == pyseq.__version__ and facts["instruction_set"] in facts["instruction_sets_built"]
    assert facts["threads"] >= 1 and facts["copy_gb_per_s_1_thread"] > 0.1 and "numpy" in facts["packages"]
    assert facts["peak_gflops_1_thread"] > 0.1
    text = execute("-m", "pyseq", "info", cwd=tmp_path).stdout
    assert len(text.splitlines()) == len(facts) and facts["processor"] in text


@pytest.mark.parametrize(
    ("args", "status"), [((), 2), (("nonsense",), 2), (("run",), 2), (("run", "-h"), 0), (("--version",), 0)]
)
def test_usage(args, status, tmp_path):
    done = execute("-m", "pyseq", *args, cwd=tmp_path)
    assert done.returncode == status and "Traceback" not in done.stderr


@pytest.mark.parametrize("argument", ["--epochs", "--seed"])
@pytest.mark.parametrize("value", ["-1", "two", "1.5", "4294967296"])
def test_demo_takes_whole_numbers(argument, value, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(["demo", f"{argument}={value}"])
    assert stopped.value.code == 2 and f"argument {argument}: must be an integer from 0" in capsys.readouterr().err
