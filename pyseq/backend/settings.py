"""keras.backend: settings of the process, names and counters, the learning phase."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

from pyseq.layers.call_context import context
from pyseq.layers.naming import reset_names

_uids: Counter[str] = Counter()
_manual = False


def backend():
    """ "tensorflow": the one whose numbers these are."""
    return "tensorflow"


def clear_session():
    """Give out the layers' default names from the start again."""
    reset_names()
    reset_uids()


def get_uid(prefix=""):
    """1, 2, 3, ... for each prefix."""
    _uids[prefix] += 1
    return _uids[prefix]


def reset_uids():
    """Start `get_uid` anew."""
    _uids.clear()


def manual_variable_initialization(value):
    """Nothing to do: a variable has its value once it is made."""
    global _manual
    _manual = bool(value)


def learning_phase():
    """1 inside a layer called with training=True, else 0."""
    return int(bool(context.training))


def set_learning_phase(value):
    """Nothing to do for 0, which calls without `training` have.

    Raises:
        ValueError: neither 0 nor 1. NotImplementedError: 1; a call says training=True.
    """
    if value not in (0, 1):
        raise ValueError("Expected learning phase to be 0 or 1.")
    if value:
        raise NotImplementedError("set_learning_phase: pass training=True to the layer or model that is called.")


@contextmanager
def learning_phase_scope(value):
    """Context in which layers called without `training` are called with training=bool(value)."""
    if value not in (0, 1):
        raise ValueError("Expected learning phase to be 0 or 1.")
    outer, context.training = context.training, bool(value)
    try:
        yield
    finally:
        context.training = outer
