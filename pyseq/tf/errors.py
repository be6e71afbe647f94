"""tf.errors: the classes that programs catch. Ops raise InvalidArgumentError, which is a ValueError, too: `pyseq/core/errors.py`."""

from pyseq._faces import missing as _missing
from pyseq.core import errors as _errors

__all__ = [
    n
    for n, c in vars(_errors).items()
    if n.isupper() and n != "FACE" or isinstance(c, type) and getattr(c, "__module__", "") == __name__
]
globals().update({n: getattr(_errors, n) for n in __all__})
__getattr__ = _missing(__name__, lambda: __all__)
