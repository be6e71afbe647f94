"""Einsum and tensordot against NumPy's."""

import numpy as np
import pytest

from pyseq.ops import einsum
from tests.ops.proofs import check_op


def arrays(*shapes):
    rng = np.random.default_rng(0)
    return [rng.standard_normal(shape) for shape in shapes]


@pytest.mark.parametrize("equation, shapes", [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("ij,jk", [(2, 3), (3, 4)]), ("ij->ji", [(2, 3)]), ("ji", [(2, 3)]), ("ij->", [(2, 3)]),
    ("ii->i", [(3, 3)]), ("ii", [(3, 3)]), ("iji->j", [(3, 2, 3)]), ("iij->ji", [(3, 3, 2)]), ("iii->i", [(3, 3, 3)]),
    ("i,i->", [(3,), (3,)]), ("i,i->i", [(3,), (3,)]),
    ("i,j->ij", [(2,), (3,)]), ("i,j->ji", [(2,), (3,)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]), ("bij,bj->bi", [(2, 3, 4), (2, 4)]),
    ("bhqd,bhkd->bhqk", [(2, 3, 4, 5), (2, 3, 6, 5)]), ("ijk,kl->lij", [(2, 3, 4), (4, 5)]), ("ijk,jil->kl", [(2, 3, 4), (3, 2, 5)]),
    ("...ij,...jk->...ik", [(2, 3, 4), (4, 5)]), ("...ij,jk", [(6, 2, 3), (3, 4)]), ("...i->...", [(2, 3, 4)]),
    ("i...,i...->...", [(2, 3, 1), (2, 1, 4)]), ("...,...->...", [(2, 1), (1, 3)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]), ("a,ab,abc->abc", [(2,), (2, 3), (2, 3, 4)]), ("ij,k->i", [(2, 3), (4,)]),
    ("ab,bc,cd,de->ae", [(2, 3), (3, 4), (4, 5), (5, 2)]), ("ij, jk -> ik", [(2, 0), (0, 4)]), ("abc,abc,abc->", [(2, 3, 2)] * 3),
    (",ij->ij", [(), (2, 3)]),
])  # fmt: skip
def test_einsum(equation, shapes):
    x = arrays(*shapes)
    check_op(lambda *t: einsum.einsum(equation, *t), *x, want=np.einsum(equation, *x))


@pytest.mark.parametrize("a, b, axes", [
    ((2, 3), (3, 4), 1), ((2, 3, 4), (3, 4, 5), 2), ((2, 3), (4, 5), 0), ((2, 3, 4), (4, 2, 5), ([0, 2], [1, 0])),
    ((2, 3, 4), (3, 5), (1, 0)), ((2, 3), (2, 3), [[0, 1], [0, 1]]), ((2, 3, 4), (4, 5), ([-1], [0])),
])  # fmt: skip
def test_tensordot(a, b, axes):
    x = arrays(a, b)
    check_op(lambda *t: einsum.tensordot(*t, axes), *x, want=np.tensordot(*x, axes))


def test_integers():
    a, b = np.arange(6).reshape(2, 3), np.arange(12).reshape(3, 4)
    check_op(lambda *t: einsum.einsum("ij,jk->k", *t), a, b, want=np.einsum("ij,jk->k", a, b), vjp=False)


@pytest.mark.parametrize("call, message", [
    (lambda a: einsum.einsum("ij,jk->ik", a), "einsum: the equation must have a part for each operand. Received: 'ij,jk->ik', 1"),
    (lambda a: einsum.einsum("ijk->ik", a), r"einsum: each operand must have a letter for each axis. .*'ijk' for shape \(2, 3\)"),
    (lambda a: einsum.einsum("ii->i", a), "einsum: a letter must stand for one extent, 'i' for 2 and 3"),
    (lambda a: einsum.einsum("ij->ii", a), "einsum: the result must have each letter once"),
    (lambda a: einsum.einsum("ij->ik", a), "einsum: the result must have letters of the operands"),
    (lambda a: einsum.einsum("ij"), "einsum: must get an operand"),
    (lambda a: einsum.tensordot(a, a, 1), "tensordot: `axes` must name axes of equal extents"),
    (lambda a: einsum.tensordot(a, a, 3), r"tensordot: `axes` must be in \[0, 2\]. Received: axes=3"),
    (lambda a: einsum.tensordot(a, a, ([0], [0, 1])), "tensordot: `axes` must be as many of a as of b"),
    (lambda a: einsum.tensordot(a, a, "ab"), "tensordot: `axis` must be an integer"),
])  # fmt: skip
def test_errors(call, message):
    with pytest.raises((ValueError, TypeError), match=f"^{message}"):
        call(np.ones((2, 3)))
