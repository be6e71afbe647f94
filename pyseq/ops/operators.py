"""What `x + y`, `-x`, `x[0]` and the sums of a tape mean."""

from __future__ import annotations

from pyseq.core import engine
from pyseq.ops import assigning, elementwise, gather, linalg, shape

engine.set_operators(
    {
        name: getattr(elementwise, name)
        for name in (
            "add subtract multiply divide floor_divide mod power negative absolute logical_and logical_or logical_xor "
            "logical_not equal not_equal less less_equal greater greater_equal zeros_like ones_like"
        ).split()
    }
    | {"matmul": linalg.matmul}
    | {name: getattr(shape, name) for name in ("getitem", "reshape", "stack", "stack_values")}
    | {"assign_item": assigning.assign_item, "scatter": assigning.scatter, "scatter_nd": assigning.scatter_nd}
    | {"gather": gather.gather, "gather_nd": gather.gather_nd}
)
