"""Guards: every operation has a test that names it; every compiled kernel is bound by an operation, in each instruction set."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from pyseq import _kernels, ops
from pyseq.core import config

TESTS = Path(__file__).parent.parent
MODULES = sorted(m.name for m in pkgutil.iter_modules(ops.__path__) if m.name[0] != "_")


def text_about(module):
    """The tests that mention a module of pyseq.ops, and the references and recordings that name what they run."""
    about = [p.read_text() for p in sorted((TESTS / "ops").glob("test_*.py")) if p != Path(__file__)]
    beside = [TESTS / "references" / f"{module}.py", TESTS / "fixtures" / f"make_{module}.py"]
    about = [t for t in about if re.search(rf"from pyseq\.ops(\.{module} import|\b.* import .*\b{module}\b)", t)]
    return "\n".join(about + [p.read_text() for p in beside if p.exists()])


def public_functions(module):
    """Names of what a module defines; gradients (`_backward`) are run by the tests of their op."""
    found = inspect.getmembers(importlib.import_module(f"pyseq.ops.{module}"), callable)
    names = {n for n, f in found if n[0] != "_" and getattr(f, "__module__", "") == f"pyseq.ops.{module}"}
    return sorted({n.removesuffix("_backward") for n in names})


@pytest.mark.parametrize("module", MODULES)
def test_every_op_is_named_by_a_test(module):
    text = text_about(module)
    assert [n for n in public_functions(module) if not re.search(rf"\b{n}\b", text)] == []


def test_every_kernel_is_bound_by_an_op():
    source = "\n".join(
        p.read_text() for p in Path(ops.__path__[0]).parent.rglob("*.py*") if p.suffix in (".py", ".pyx")
    )
    bound = set(re.findall(r'"(\w+)"', " ".join(re.findall(r"\bkernels\(([^)]*)\)", source))))
    tables = {isa: set(_kernels.load(isa)) for isa in config.available_isas()}
    for isa, names in tables.items():
        assert names - bound == set(), isa  # dead code
        assert names == tables[config.isa()], isa
