"""Functions of which no plan can be made, because their Python code asks for values: they run as Python code, and say so once."""

from __future__ import annotations

import os
import warnings

from pyseq.core.engine import SymbolicError, UnmadeVariable
from pyseq.plan.plan import Plan

SINGLETON = (
    "{}: tf.function only supports singleton tf.Variables created on the first call. Make sure the tf.Variable is only created "
    "once or created outside tf.function."
)
_told = {}  # places that were told of, as `warnings` keeps them


def plan_or_none(who, function, specs):
    """`plan_for_good`; None, and a warning, if the function's Python code needs values.

    Raises:
        UnmadeVariable: it needs them to make a variable. Once that is made, there may be a plan.
    """
    try:
        return plan_for_good(who, function, specs)
    except UnmadeVariable:
        raise
    except SymbolicError as error:
        tell(who, error)
        return None


def plan_for_good(who, function, specs):
    """The Plan of a function for all its calls: if it made variables when it was traced first, it makes none now.

    Args:
        who: names the function in messages.
        function, specs: as of `Plan`.
    Raises:
        SymbolicError: it needs values. ValueError: it makes variables each time.
    """
    plan = Plan(function, specs)
    if plan.makes_variables:
        plan = Plan(function, specs)
        if plan.makes_variables:
            raise ValueError(SINGLETON.format(who))
    return plan


def tell(who, error):
    """Warn once for each line of a program that keeps a function from being a plan."""
    name, line = getattr(error, "place", None) or (os.path.abspath(__file__), 0)
    cause = str(error.__cause__ or error)
    detail = "" if cause.startswith("Tensor:") else f" In detail: {cause}"
    warnings.warn_explicit(
        f"{who} runs as Python code, not as a plan: a plan is made without the values of tensors, which are needed here. The "
        f"results are the same, it takes longer. A tf.where in place of a condition makes a plan of it.{detail}",
        UserWarning, name, line, registry=_told,
    )  # fmt: skip
