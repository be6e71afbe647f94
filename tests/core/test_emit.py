"""emit: kernels, threads, denormals, traces, config."""

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

from pyseq.core import (
    ShapeTrace,
    Variable,
    as_tensor,
    config,
    emit,
    engine,
    float32,
    int32,
    kernels,
    numpy_kernel,
    tracing,
)

COPY = kernels("copy")
CHUNK = 65536


def copied(x):
    n = x.nbytes
    return emit(COPY, (x,), ((x.shape, x.dtype),), (n,), (), -(-n // CHUNK), n)


@pytest.mark.parametrize("n", [0, 1, 100, 16384, 16385, 100_000])
def test_copy(n, isa, n_threads):
    x = as_tensor(np.random.default_rng(n).standard_normal(n).astype("f4"))
    np.testing.assert_array_equal(copied(x).numpy(), x.numpy())


def test_parts_may_be_cut_anywhere():
    x = as_tensor(np.arange(100_000, dtype="f4"))
    for cuts in ([(0, 7)], [(0, 3), (3, 7)], [(k, k + 1) for k in range(7)]):
        (y,) = engine.run_parts(COPY, (x,), ((x.shape, x.dtype),), (x.nbytes,), (), 7, cuts)
        np.testing.assert_array_equal(y.numpy(), x.numpy())


def test_numpy_kernels_get_arrays_and_may_update():
    def add(inputs, outputs, dims, attrs):
        assert inputs[1] is None and not inputs[0].flags.writeable
        np.add(inputs[0], attrs[0] * dims[0], out=outputs[0])
        outputs[1] += 1

    v = Variable([10.0])
    y = emit(numpy_kernel("add", add), (as_tensor([1.0]), None), (((1,), float32),), (3,), (0.5,), updates=(v,))
    assert y.numpy() == [2.5] and v.numpy() == [11]


def test_none_when_there_are_no_outputs_and_a_tuple_when_there_are_several():
    kernel = numpy_kernel("fill", lambda i, o, d, a: [x.fill(1) for x in o])
    assert emit(kernel, (), (), updates=(Variable([0.0]),)) is None
    a, b = emit(kernel, (), (((2,), float32), ((), int32)))
    assert a.numpy().tolist() == [1, 1] and b.dtype == "int32"


def test_wrong_inputs_are_named():
    with pytest.raises(TypeError, match="float"):
        emit(COPY, (1.0,), ())
    with pytest.raises(ValueError, match="copy"):
        emit(COPY, (None,) * 9, ())
    with pytest.raises(KeyError, match="copy"):
        kernels("copyy")


def test_shape_trace():
    with tracing(ShapeTrace()):
        y = copied(as_tensor([1.0, 2.0]))
    assert y.shape == (2,) and y.is_symbolic
    with pytest.raises(TypeError, match="symbolic.*run_eagerly"):
        y.numpy()
    with pytest.raises(TypeError, match="symbolic"):
        copied(y)


def test_a_trace_is_of_one_thread():
    seen = []
    with tracing(ShapeTrace()):
        thread = threading.Thread(target=lambda: seen.append(copied(as_tensor([1.0]))))
        thread.start()
        thread.join()
    assert not seen[0].is_symbolic


def test_settings_are_checked():
    with pytest.raises(ValueError, match="n"):
        config.set_num_threads(0)
    with pytest.raises(ImportError, match="PYSEQ_ISA.*z80"):
        config.set_isa("z80")


def run(code, **env):
    return subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def test_environment_is_heard():
    code = "from pyseq.core import config; print(config.isa(), config.get_num_threads())"
    assert run(code, PYSEQ_ISA="base", OMP_NUM_THREADS="3").stdout.split() == [
        "base" if "base" in config.available_isas() else "neon", "3" if engine.openmp() else "1",
    ]  # fmt: skip
    assert "z80" in run(code, PYSEQ_ISA="z80").stderr


def test_the_spin_count_does_not_leak_to_children():
    out = run("import os, pyseq.core; print(os.environ.get('GOMP_SPINCOUNT'))")
    assert out.stdout.split() == ["None"] or "GOMP_SPINCOUNT" in os.environ


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")
def test_a_forked_child_works():
    code = """
import os, numpy as np
from pyseq.core import as_tensor, config, emit, engine, kernels
config.set_num_threads(2); engine.set_parallel_work(1)
x = as_tensor(np.ones(100_000, "f4"))
def copied():
    return emit(kernels("copy"), (x,), ((x.shape, x.dtype),), (x.nbytes,), (), 7, x.nbytes).numpy().sum()
assert copied() == 100_000
pid = os.fork()
if pid == 0:
    os._exit(0 if copied() == 100_000 and config.get_num_threads() == 1 else 1)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""
    assert run(code).stdout.split() == ["0"]
