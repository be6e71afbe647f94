"""`python -m pyseq run script.py args...`: as `python script.py args...`, with pyseq for tensorflow and keras."""

from __future__ import annotations

import importlib
import io
import os
import re
import sys
import types
from importlib.machinery import SourceFileLoader

from pyseq import _faces


def run(script: str, args: list[str]) -> int | None:
    """Execute the program as `__main__`. What it raises is raised here, SystemExit too; its traceback starts in it."""
    path = os.path.abspath(script)
    try:
        with io.open_code(path) as f:
            source = f.read()
    except OSError as error:
        print(f"pyseq run: can't open file {path!r}: [Errno {error.errno}] {error.strerror}", file=sys.stderr)
        return 2
    _faces.install()
    sys.argv = [script, *args]
    if not getattr(sys.flags, "safe_path", False):  # -P, from Python 3.11
        sys.path[0] = os.path.dirname(os.path.realpath(path))
    main = types.ModuleType("__main__")
    main.__file__ = path
    main.__loader__ = SourceFileLoader("__main__", path)
    main.__cached__ = None
    main.__builtins__ = sys.modules["builtins"]
    sys.modules["__main__"] = main
    sys.excepthook = _from_the_program(path, sys.excepthook)
    exec(compile(source, path, "exec", dont_inherit=True), main.__dict__)
    return None


def _from_the_program(path, show):
    """An excepthook that leaves out the frames above the program's and adds what pyseq knows about a failed import."""

    def excepthook(kind, error, traceback):
        own = traceback
        while own is not None and own.tb_frame.f_code.co_filename != path:
            own = own.tb_next
        if own is None and not isinstance(error, SyntaxError):
            own = traceback
        show(kind, error.with_traceback(own), own)
        if isinstance(error, ImportError) and (hint := _names_near(error)):
            print(hint, file=sys.stderr)

    return excepthook


def _names_near(error):
    """For `cannot import name 'X' from 'pyseq.layers'`: what pyseq.layers has that is like X."""
    found = re.match(r"cannot import name '(\w+)' from '(pyseq[\w.]*)'", str(error))
    if found is None:
        return None
    module = importlib.import_module(found[2])
    names = [n for n in dir(module) if not n.startswith("_")]
    near = _faces.nearest(found[1], names)
    return f"pyseq: {found[2]} has no {found[1]!r}. " + (
        f"Nearest: {', '.join(near)}." if near else f"It has: {names}."
    )
