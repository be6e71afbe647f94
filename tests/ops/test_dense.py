"""Matrix products against NumPy sums, in every instruction set and however the work is cut; bits; gradients; errors."""

import os
import threading

import numpy as np
import pytest

from pyseq.core import as_tensor, config, wrap
from pyseq.ops import activation
from pyseq.ops.linalg import dense, matmul
from tests.gradcheck import check_vjp
from tests.references import dense as reference

EXTENTS = [0, 1, 2, 3, 5, 7, 8, 9, 12, 13, 15, 16, 17, 31, 32, 33, 64, 65, 100, 129, 150, 260]
# Each extent as m, as n and as k; beside it every kind of panel, strip and block: one, several, even, with a rest.
SIZES = [
    *[(m, 33, 5) for m in EXTENTS],
    *[(14, n, 9) for n in EXTENTS],
    *[(3, n, 13) for n in (64, 100, 129, 150, 260)],
    *[(13, 40, k) for k in EXTENTS],
    (1, 1, 1), (0, 0, 0), (2, 1030, 3), (25, 1030, 9), (260, 150, 33), (200, 260, 12), (12, 65, 700), (193, 17, 700),
    (1, 150, 700), (64, 129, 385),
]  # fmt: skip
TRANSPOSED = [(False, False), (True, False), (False, True), (True, True)]


def numbers(shape, dtype="float32", seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype(dtype)


def pair(m, n, k, dtype="float32", transpose_a=False, transpose_b=False):
    a = numbers((k, m) if transpose_a else (m, k), dtype, 1)
    return a, numbers((n, k) if transpose_b else (k, n), dtype, 2)


def close(y, expected, size, k):
    """One rounding for each term, of a partial sum that is at most the sum of the terms' sizes."""
    assert y.shape == expected.shape
    np.testing.assert_array_less(abs(y - expected), (k + 2) * np.finfo(y.dtype).eps / 2 * size + 1e-30)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_matches_reference(dtype, isa, n_threads):
    for m, n, k in SIZES:
        for turned in TRANSPOSED:
            a, b = pair(m, n, k, dtype, *turned)
            close(matmul(as_tensor(a), as_tensor(b), *turned).numpy(), *reference.matmul(a, b, *turned), k)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_unaligned(dtype, isa, n_threads):
    for m, n, k in [(1, 17, 9), (13, 33, 20), (40, 100, 65)]:
        for turned in TRANSPOSED:
            a, b = pair(m, n, k, dtype, *turned)
            shifted = []
            for x, by in ((a, 1), (b, 3)):
                buffer = np.full(x.size + 16, np.nan, dtype)  # what lies around must not be seen
                buffer[by : by + x.size] = x.ravel()
                shifted.append(wrap(buffer[by : by + x.size].reshape(x.shape)))
            y = matmul(*shifted, *turned).numpy()
            np.testing.assert_array_equal(y, matmul(as_tensor(a), as_tensor(b), *turned).numpy())
            close(y, *reference.matmul(a, b, *turned), k)


BATCHES = [
    ((3,), (3,)), ((2, 3), (2, 3)), ((4,), ()), ((), (4,)), ((2, 1), (1, 3)), ((3,), (1,)), ((1,), (3,)), ((0,), (0,)),
]  # fmt: skip


@pytest.mark.parametrize("leads", BATCHES, ids=str)
def test_batches(leads, isa, n_threads):
    for m, n, k in [(5, 7, 4), (1, 33, 9), (14, 3, 17), (30, 20, 0)]:
        for turned in TRANSPOSED:
            a = numbers((*leads[0], k, m) if turned[0] else (*leads[0], m, k), seed=1)
            b = numbers((*leads[1], n, k) if turned[1] else (*leads[1], k, n), seed=2)
            close(matmul(as_tensor(a), as_tensor(b), *turned).numpy(), *reference.matmul(a, b, *turned), k)


@pytest.mark.parametrize("shapes", [((5,), (5, 3)), ((4, 5), (5,)), ((5,), (5,)), ((5,), (2, 5, 3)), ((2, 4, 5), (5,))])
def test_vectors(shapes):
    a, b = numbers(shapes[0], "float64", 1), numbers(shapes[1], "float64", 2)
    y = matmul(as_tensor(a), as_tensor(b))
    assert y.shape == np.matmul(a, b).shape
    np.testing.assert_allclose(y.numpy(), np.matmul(a, b), rtol=1e-13)


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8"])
def test_integers(dtype):
    a = np.random.default_rng(0).integers(0, 5, (2, 4, 5)).astype(dtype)
    b = np.random.default_rng(1).integers(0, 5, (5, 3)).astype(dtype)
    for turned in TRANSPOSED:
        x, z = np.swapaxes(a, -1, -2).copy() if turned[0] else a, b.T.copy() if turned[1] else b
        y = matmul(as_tensor(x), as_tensor(z), *turned)
        assert y.dtype == dtype
        np.testing.assert_array_equal(y.numpy(), np.matmul(a, b))


def test_float16(isa):
    a, b = numbers((9, 300), "float16", 1), numbers((300, 20), "float16", 2)
    y = matmul(as_tensor(a), as_tensor(b))
    assert y.dtype == "float16"
    expected, size = reference.matmul(a, b)  # summed in float32: only the result is rounded to float16
    assert (abs(y.numpy() - expected) <= abs(expected) * 2**-11 + size * 300 * 2**-24 + 1e-7).all()
    bias = numbers(20, "float16", 3)
    y = dense(as_tensor(a), as_tensor(b), as_tensor(bias), "relu")
    assert y.dtype == "float16"
    np.testing.assert_allclose(y.numpy(), np.maximum(expected + bias, 0), rtol=2e-3, atol=2e-3)


@pytest.mark.parametrize("name", sorted(activation.FUSED))
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bias_and_activation_are_the_ops(name, dtype, isa, n_threads):
    code, attrs = activation.FUSED[name]
    for shape, n in [((3, 5), 17), ((40, 9), 33), ((2, 3, 400), 70), ((7, 0), 5), ((0, 4), 3), ((200, 20), 3)]:
        x, kernel, bias = numbers(shape, dtype, 1), numbers((shape[-1], n), dtype, 2), numbers(n, dtype, 3)
        x /= np.sqrt(shape[-1] or 1)
        y = dense(as_tensor(x), as_tensor(kernel), as_tensor(bias), name)
        inner = matmul(as_tensor(x), as_tensor(kernel)) + as_tensor(bias)
        np.testing.assert_array_equal(y.numpy(), activation._apply(code, attrs, inner).numpy())
        alone = dense(as_tensor(x), as_tensor(kernel), None, name)
        np.testing.assert_array_equal(
            alone.numpy(), activation._apply(code, attrs, matmul(as_tensor(x), as_tensor(kernel))).numpy()
        )


SAME_BITS = [(30, 17, 9), (33, 70, 400), (200, 33, 20), (50, 300, 800), (13, 2, 64)]
BLOCKS = [(250, 40, 700), (250, 1030, 600)]  # several blocks of rows and of k; all of B's k in cache, or not


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_row_and_column_have_their_bits_alone(dtype, isa, n_threads):
    for m, n, k in [*SAME_BITS, *BLOCKS]:
        a, b = pair(m, n, k, dtype)
        y = matmul(as_tensor(a), as_tensor(b)).numpy()
        for i in {0, 1, m // 2, m - 1}:
            np.testing.assert_array_equal(matmul(as_tensor(a[i : i + 1]), as_tensor(b)).numpy()[0], y[i])
        for j in {0, 1, n // 2, n - 1}:
            np.testing.assert_array_equal(matmul(as_tensor(a), as_tensor(b[:, j : j + 1])).numpy()[:, 0], y[:, j])
        np.testing.assert_array_equal(matmul(as_tensor(a[3:11]), as_tensor(b)).numpy(), y[3:11])


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_bits_do_not_depend_on_position_or_storage(dtype, isa, n_threads):
    for m, n, k in SAME_BITS:
        a, b = pair(m, n, k, dtype)
        y = matmul(as_tensor(a), as_tensor(b)).numpy()
        rows, columns = np.random.default_rng(4).permutation(m), np.random.default_rng(5).permutation(n)
        np.testing.assert_array_equal(matmul(as_tensor(a[rows]), as_tensor(b[:, columns])).numpy(), y[rows][:, columns])
        turned = matmul(as_tensor(a.T.copy()), as_tensor(b.T.copy()), True, True)
        np.testing.assert_array_equal(turned.numpy(), y)
        batch = matmul(as_tensor(np.stack([a, -a])), as_tensor(b))
        np.testing.assert_array_equal(batch.numpy(), np.stack([y, -y]))


def test_bits_do_not_depend_on_threads(isa, n_threads):
    for m, n, k in [*SAME_BITS, (1, 1000, 64), (4, 100, 300)]:
        a, b = pair(m, n, k)
        y = matmul(as_tensor(a), as_tensor(b)).numpy()
        config.set_num_threads(1)
        alone = matmul(as_tensor(a), as_tensor(b)).numpy()
        config.set_num_threads(n_threads)
        np.testing.assert_array_equal(y, alone)


def test_chain_is_one_sum_in_k(isa):
    """Cutting k by hand and going on from the partial sum gives the same bits: there is one accumulator an element."""
    a, b = pair(5, 20, 3)
    y = np.zeros((5, 20), "float32")
    for k in range(3):  # float64 holds the product exactly; adding rounds once more, hidden unless it meets a tie
        y = (a[:, k, None].astype("float64") * b[k] + y).astype("float32")
    got = matmul(as_tensor(a), as_tensor(b)).numpy()
    if isa == "base":  # no FMA: the product is rounded before it is added
        y = np.zeros((5, 20), "float32")
        for k in range(3):
            y = a[:, k, None] * b[k] + y
    np.testing.assert_array_equal(got, y)


def test_nan_and_infinity_stay_in_their_row_and_column(isa):
    a, b = pair(20, 35, 40)
    a[3, 5], b[7, 33] = np.nan, np.inf
    y = matmul(as_tensor(a), as_tensor(b)).numpy()
    odd = ~np.isfinite(y)
    assert odd[3].all() and odd[:, 33].all()
    odd[3], odd[:, 33] = False, False
    assert not odd.any()


def test_variables_lists_and_read_only_arrays():
    a, b = pair(4, 3, 5)
    a.flags.writeable = False
    expected = matmul(as_tensor(a), as_tensor(b)).numpy()
    np.testing.assert_array_equal(matmul(a, b).numpy(), expected)
    np.testing.assert_array_equal(matmul(np.asfortranarray(a), b[:, ::1]).numpy(), expected)
    np.testing.assert_allclose(matmul(a.tolist(), as_tensor(b)).numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize("turned", TRANSPOSED, ids=str)
@pytest.mark.parametrize("leads", [((), ()), ((3,), (3,)), ((3,), ()), ((), (3,)), ((2, 1), (1, 3))], ids=str)
def test_vjp_of_matmul(turned, leads):
    a = numbers((*leads[0], 5, 4) if turned[0] else (*leads[0], 4, 5), "float64", 1)
    b = numbers((*leads[1], 3, 5) if turned[1] else (*leads[1], 5, 3), "float64", 2)
    check_vjp(lambda x, y: matmul(x, y, *turned), a, b, second=True)


@pytest.mark.parametrize("shapes", [((5,), (5, 3)), ((4, 5), (5,)), ((5,), (5,))], ids=str)
def test_vjp_of_vectors(shapes):
    check_vjp(matmul, numbers(shapes[0], "float64", 1), numbers(shapes[1], "float64", 2), second=True)


@pytest.mark.parametrize("name", sorted(activation.FUSED))
@pytest.mark.parametrize("shape", [(4, 5), (2, 3, 5)], ids=str)
def test_vjp_of_dense(name, shape):
    x, kernel, bias = numbers(shape, "float64", 1), numbers((5, 3), "float64", 2), numbers(3, "float64", 3)
    check_vjp(lambda *args: dense(*args, name), x, kernel, bias, second=True)
    check_vjp(lambda x, kernel: dense(x, kernel, None, name), x, kernel)


def test_vjp_of_one_row():
    check_vjp(
        lambda *args: dense(*args, "tanh"), numbers(5, "float64"), numbers((5, 3), "float64"), numbers(3, "float64")
    )


@pytest.mark.parametrize(
    "call, error, message",
    [
        (lambda x: matmul(x((2, 3)), x((2, 3))), ValueError, r"matmul: inner sizes must be equal.*\(2, 3\).*3 and 2"),
        (lambda x: matmul(x((2, 3)), x((3, 2)), True), ValueError, "sizes 2 and 3, transpose_a=True"),
        (lambda x: matmul(x((2, 3)), x(())), ValueError, "matmul: operands must have an axis"),
        (lambda x: matmul(x((2, 2, 3)), x((3, 3, 2))), ValueError, "broadcast"),
        (lambda x: matmul(x((2, 3)), x((3, 2), "float64")), TypeError, "matmul: both operands must have one dtype"),
        (lambda x: dense(x((2, 3)), x((4, 2))), ValueError, r"dense: `kernel` must be \(3, units\).*\(4, 2\)"),
        (lambda x: dense(x((2, 3)), x((3, 2)), x((3,))), ValueError, r"dense: `bias` must be \(2,\)"),
        (lambda x: dense(x((2, 3)), x((3, 2)), x((2,), "float64")), TypeError, "dense: `bias` must be float32"),
        (lambda x: dense(x((2, 3)), x((3, 2)), None, "rleu"), ValueError, "dense: `activation` must be one of.*'rleu'"),
    ],
)
def test_errors(call, error, message):
    with pytest.raises(error, match=message):
        call(lambda shape, dtype="float32": as_tensor(numbers(shape, dtype) if shape else np.ones((), dtype)))


def test_peak_is_a_speed(isa):
    import importlib

    peak = importlib.import_module(f"pyseq._kernels.{isa}.dense").fma_peak(0.01)
    assert 0.1 < peak < 1000  # 1e9 operations a second of one thread


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="no /proc")
def test_threads_that_end_give_their_scratch_back():
    """A server may start a thread for each request; each packs 2 MB here."""
    a, b = as_tensor(np.ones((300, 512), "f4")), as_tensor(np.ones((512, 1024), "f4"))

    def resident():
        with open("/proc/self/statm") as f:
            return int(f.read().split()[1]) * os.sysconf("SC_PAGESIZE")

    def in_threads(n):
        for _ in range(n):
            thread = threading.Thread(target=lambda: matmul(a, b))
            thread.start()
            thread.join()

    in_threads(5)
    before = resident()
    in_threads(100)
    assert resident() - before < 50e6
