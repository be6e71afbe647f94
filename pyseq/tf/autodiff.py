"""tf.autodiff: tapes, and gradients forward."""

from __future__ import annotations

from pyseq._faces import missing as _missing
from pyseq.core import GradientTape, Tensor, Variable, as_tensor
from pyseq.core.structure import flatten, map_structure
from pyseq.ops import elementwise, reduce
from pyseq.tf.differentiation import UnconnectedGradients

__all__ = ["ForwardAccumulator", "GradientTape"]


class ForwardAccumulator:
    """Context that records so that `jvp` can tell how a small step of the primals changes what was computed from them.

    Args:
        primals: a tensor or variable, or a structure of them.
        tangents: the direction of the step; structure, shapes and dtypes of `primals`.
    The product J t of Jacobian and tangent is the gradient of <u^T J, t> in u: two passes backward instead of one forward, as in
    every library whose ops know their backward passes alone. It costs about three times the computation.
    Source: tf.autodiff.ForwardAccumulator.
    """

    def __init__(self, primals, tangents):
        self._primals = flatten(primals)
        self._tangents = [as_tensor(t, like=p) for p, t in zip(self._primals, flatten(tangents), strict=True)]
        for p, t in zip(self._primals, self._tangents, strict=True):
            if not isinstance(p, Tensor | Variable) or not p.dtype.is_floating:
                raise ValueError(
                    f"ForwardAccumulator: `primals` must be floating point tensors or variables. Received: {p!r}."
                )
            if p.shape != t.shape or p.dtype is not t.dtype:
                raise ValueError(
                    "ForwardAccumulator: `tangents` must have shapes and dtypes of the primals. "
                    f"Received: {t.shape} {t.dtype.name} for {p.shape} {p.dtype.name}."
                )
        self._tape = GradientTape(persistent=True, watch_accessed_variables=False)
        self._is_open = False

    def __enter__(self):
        if self._is_open:
            raise ValueError("ForwardAccumulator: is recording already.")
        self._is_open = True
        self._tape.__enter__()
        for p in self._primals:
            self._tape.watch(p)
        return self

    def __exit__(self, *exception):
        self._is_open = False
        self._tape.__exit__(*exception)

    def jvp(self, primals, unconnected_gradients=UnconnectedGradients.NONE):
        """The Jacobian-vector products of what was computed in the context, in its structure.

        Args:
            primals: tensors or variables.
            unconnected_gradients: for what does not depend on the primals: None, or zeros with "zero".
        """
        zeros = UnconnectedGradients(unconnected_gradients) is UnconnectedGradients.ZERO
        return map_structure(lambda y: self._product(y, zeros), primals)

    def _product(self, y, zeros):
        for p, t in zip(self._primals, self._tangents, strict=True):
            if y is p:
                return t
        product = self._of_connected(y) if y.dtype.is_floating else None
        return elementwise.zeros_like(y) if product is None and zeros else product

    def _of_connected(self, y):
        with GradientTape(watch_accessed_variables=False) as tape:
            u = elementwise.ones_like(y)
            tape.watch(u)
            back = self._tape.gradient(y, self._primals, output_gradients=u)
            terms = [
                reduce.sum(elementwise.multiply(g, t))
                for g, t in zip(back, self._tangents, strict=True)
                if g is not None
            ]
            total = terms[0] if terms else None
            for term in terms[1:]:
                total = elementwise.add(total, term)
        if total is None:
            return None
        product = tape.gradient(total, u)
        if product is None:
            raise LookupError(
                "ForwardAccumulator.jvp: an op between the primals and this tensor has no second derivative, which the product "
                "is computed by. Use tape.jacobian."
            )
        return product


__getattr__ = _missing(__name__, lambda: __all__)
