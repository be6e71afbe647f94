"""What is asked of every op made of other ops or of NumPy: its values, and the same bits in every mode."""

import numpy as np

from pyseq.core import Tensor, as_tensor, config, engine, shapes_only
from pyseq.plan import function
from tests.gradcheck import check_vjp


def flat(made):
    return [t for item in made for t in flat(item)] if isinstance(made, (list, tuple)) else [made]


def bits(tensors):
    return [(t.shape, t.dtype.name, t.numpy().tobytes()) for t in tensors]


def check_op(f, *arrays, want=None, vjp=True, second=True, rtol=1e-12, atol=1e-12, planned=True, gradient_rtol=1e-6):
    """f of tensors gives `want` (arrays); the same bits for 1, 2 and 3 threads and planned; its shapes without values; its vjp.

    Args:
        want: array, or list of them, one for each result; a function of `arrays`; None: not compared.
        vjp: is f differentiable in every float array, and to one result?
        planned: may f be traced with all of `arrays` as arguments?
    """
    made = flat(f(*[as_tensor(a) for a in arrays]))
    assert all(isinstance(t, Tensor) for t in made)
    want = want(*arrays) if callable(want) else want
    for t, w in zip(made, [] if want is None else want if isinstance(want, list) else [want], strict=want is not None):
        w = np.asarray(w)
        assert t.shape == w.shape, f"shape {t.shape} instead of {w.shape}"
        np.testing.assert_allclose(t.numpy(), w, rtol=rtol, atol=atol)
    check_modes(f, arrays, bits(made), planned)
    if vjp:
        floats = [k for k, a in enumerate(arrays) if np.asarray(a).dtype.kind == "f"]

        def of_floats(*tensors):
            given = [as_tensor(a) for a in arrays]
            for k, t in zip(floats, tensors, strict=True):
                given[k] = t
            return f(*given)

        check_vjp(of_floats, *[arrays[k] for k in floats], second=second, rtol=gradient_rtol)


def check_modes(f, arrays, expected, planned=True):
    before, limit = config.get_num_threads(), engine.set_parallel_work(1)
    try:
        for n in (1, 2, 3):
            config.set_num_threads(n)
            assert bits(flat(f(*[as_tensor(a) for a in arrays]))) == expected, f"{n} threads"
    finally:
        config.set_num_threads(before)
        engine.set_parallel_work(limit)
    if planned:
        assert bits(flat(function(f)(*arrays))) == expected, "planned"
        with shapes_only():
            outer = function(f)
            made = flat(outer(*[engine.symbolic(np.shape(a), np.asarray(a).dtype, None) for a in arrays]))
        assert [(t.shape, t.dtype.name) for t in made] == [e[:2] for e in expected], "shapes only"
