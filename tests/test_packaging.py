"""What `import pyseq` costs and drags in, what the package says about itself, and what is in a wheel."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import pyseq

ROOT = Path(__file__).parent.parent
WHEEL = os.environ.get("PYSEQ_WHEEL")


def python(*args, cwd=ROOT, **kwargs):
    return subprocess.run([sys.executable, *args], capture_output=True, text=True, cwd=cwd, timeout=300, **kwargs)


def test_import_is_silent_and_lean():
    program = "import sys, numpy; before = set(sys.modules); import pyseq; print(*sorted(set(sys.modules) - before))"
    done = python("-W", "error", "-c", program)
    assert (done.returncode, done.stderr) == (0, "")
    new = {name.partition(".")[0] for name in done.stdout.split()}
    outside = new - set(sys.stdlib_module_names) - {"pyseq"}
    assert {name for name in outside if not name.startswith("_cython")} <= {"numpy", "cython_runtime"}
    heavy = {"urllib.request", "http.client", "ssl", "zipfile", "tarfile", "asyncio", "multiprocessing", "unittest"}
    heavy |= {"csv", "difflib", "json", "logging", "random"}  # a millisecond each, not needed before something is used
    assert not heavy & set(done.stdout.split())


def test_version_and_typing_mark():
    assert re.fullmatch(r"\d+\.\d+\.\d+", pyseq.__version__)
    assert f"\n## {pyseq.__version__}" in (ROOT / "CHANGELOG.md").read_text()
    assert (Path(pyseq.__file__).parent / "py.typed").exists()


def test_source_folder_that_is_not_built_says_so(tmp_path):
    shutil.copytree(ROOT / "pyseq", tmp_path / "pyseq", ignore=shutil.ignore_patterns("*.so", "*.pyd"))
    done = python("-c", "import pyseq.core", env={**os.environ, "PYTHONPATH": str(tmp_path)}, cwd=tmp_path)
    assert done.returncode == 1 and "kernels are not built" in done.stderr and "pip install -e ." in done.stderr


def test_nothing_that_is_built_is_tracked():
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    assert not [name for name in tracked if name.endswith((".so", ".o", ".pyd", ".whl"))]


@pytest.mark.skipif(not WHEEL, reason="PYSEQ_WHEEL does not name a wheel (.ci/run builds one)")
def test_wheel():
    assert os.path.getsize(WHEEL) < 5_000_000
    with zipfile.ZipFile(WHEEL) as archive:
        names = archive.namelist()
    families = {path.stem for path in (ROOT / "csrc").glob("*.pyx")}
    built = {
        (p[2], p[3].partition(".")[0])
        for p in (name.split("/") for name in names)
        if len(p) == 4 and p[1] == "_kernels"
    }
    isas = {isa for isa, _ in built}
    assert isas in ({"base", "avx2", "avx512"}, {"neon"}, {"base"})
    assert built == {(isa, family) for isa in isas for family in families}
    assert {name.rpartition(".")[2] for name in names if name.startswith("pyseq/")} <= {
        "py", "so", "pyd", "npz", "typed", "md",
    }  # fmt: skip
    assert {"pyseq/py.typed", "pyseq/datasets/iris.npz", "pyseq/datasets/digits.npz"} <= set(names)
    assert "pyseq/datasets/README.md" in names  # the licences of the data
    assert any(name.endswith("licenses/LICENSE") for name in names)
    packages = {str(path.parent.relative_to(ROOT)) for path in (ROOT / "pyseq").rglob("__init__.py")}
    assert {f"{package}/__init__.py" for package in packages} <= set(names)
