"""Build: Cython translates each kernel family once; the C compiler builds it once per instruction set.

`csrc/<family>.pyx` becomes `pyseq/_kernels/<isa>/<family>`, one extension per family and instruction set; the engine is
built once.  Environment: PYSEQ_NO_OPENMP=1 builds a single-threaded engine, PYSEQ_DEBUG=1 a slow one with bounds checks,
C asserts and sanitizers, PYSEQ_ISAS=base,avx2 a choice of instruction sets.
"""

import os
import platform
import sys
import tempfile
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = Path(__file__).parent.resolve()
DEBUG = os.environ.get("PYSEQ_DEBUG") == "1"
COMPILE_ARGS = "-O3 -g0 -std=gnu11 -fno-math-errno -fno-trapping-math -Wno-unused-function".split()
DEBUG_ARGS = "-O1 -g -std=gnu11 -fsanitize=address,undefined -fno-omit-frame-pointer -UNDEBUG".split()
AVX2 = "-mavx2 -mfma -mf16c -mbmi -mbmi2".split()
AVX512 = [*AVX2, *"-mavx512f -mavx512bw -mavx512dq -mavx512vl -mprefer-vector-width=512".split()]
ISA_ARGS = {
    "x86_64": {"base": [], "avx2": AVX2, "avx512": AVX512},
    "aarch64": {"neon": []},
}
DIRECTIVES = {
    "language_level": "3",
    "boundscheck": DEBUG,
    "cdivision": True,
    "initializedcheck": False,
    "binding": True,
}


def machine():
    """The processor family the wheel is built for: x86_64, aarch64, or what the platform calls it."""
    name = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(name, name)


def isas():
    """Instruction set -> compiler arguments, for this machine or as PYSEQ_ISAS says."""
    known = ISA_ARGS.get(machine(), {"base": []})
    wanted = os.environ.get("PYSEQ_ISAS")
    if not wanted:
        return known
    unknown = set(wanted.split(",")) - set(known)
    if unknown:
        raise SystemExit(f"PYSEQ_ISAS: unknown instruction set {sorted(unknown)}; this machine knows {list(known)}.")
    return {isa: known[isa] for isa in wanted.split(",")}


def write_if_changed(path, text):
    """Keep time stamps still when nothing changed, so that a rebuild compiles only what did."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def translate(build_dir):
    """Run Cython on every family and the engine; return {family: C file}."""
    sources = [
        Extension(f"pyseq._kernels.{p.stem}", [str(p.relative_to(HERE))]) for p in sorted(HERE.glob("csrc/*.pyx"))
    ]
    kernel_directives = {**DIRECTIVES, "wraparound": False}
    done = cythonize(
        sources, build_dir=build_dir, include_path=["csrc"], compiler_directives=kernel_directives, quiet=True
    )
    return {e.name.rpartition(".")[2]: Path(e.sources[0]) for e in done}


def kernel_extensions(build_dir):
    """One extension per family and instruction set, each a one-line stub that includes the family's C file."""
    headers = [str(p.relative_to(HERE)) for p in sorted(HERE.glob("csrc/*.h"))]
    extensions = []
    for family, c_file in translate(build_dir).items():
        for isa, args in isas().items():
            stub = Path(build_dir) / "stubs" / isa / f"{family}_{isa}.c"
            write_if_changed(HERE / stub, f'#include "{(HERE / c_file).as_posix()}"\n')
            extensions.append(
                Extension(
                    f"pyseq._kernels.{isa}.{family}",
                    [str(stub)],
                    include_dirs=["csrc"],
                    depends=[str(c_file), *headers],
                    extra_compile_args=(DEBUG_ARGS if DEBUG else COMPILE_ARGS) + args,
                    extra_link_args=["-fsanitize=address,undefined"] if DEBUG else [],
                )
            )
    return extensions


def engine_extension(build_dir):
    engine = Extension(
        "pyseq.core.engine",
        ["pyseq/core/engine.pyx"],
        include_dirs=["csrc", "pyseq/core"],
        depends=["csrc/instruction.h", "pyseq/core/memory.h", "pyseq/core/threads.h"],
        extra_compile_args=DEBUG_ARGS if DEBUG else COMPILE_ARGS,
        extra_link_args=["-fsanitize=address,undefined"] if DEBUG else [],
    )
    return cythonize([engine], build_dir=build_dir, include_path=["csrc"], compiler_directives=DIRECTIVES, quiet=True)


OPENMP_PROGRAM = """
#include <omp.h>
int main(void) { int n = 0;
#pragma omp parallel reduction(+:n)
n += omp_get_num_threads();
return n < 1; }
"""


def openmp_args(compiler):
    """(compile, link) arguments that turn OpenMP on with this compiler, or None."""
    if os.environ.get("PYSEQ_NO_OPENMP") == "1":
        return None
    if sys.platform == "win32":
        candidates = [(["/openmp"], [])]
    elif sys.platform == "darwin":
        candidates = [(["-Xpreprocessor", "-fopenmp"], ["-lomp"]), (["-fopenmp"], ["-fopenmp"])]
    else:
        candidates = [(["-fopenmp"], ["-fopenmp"])]
    for compile_args, link_args in candidates:
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "probe.c"
            source.write_text(OPENMP_PROGRAM)
            try:
                objects = compiler.compile([str(source)], output_dir=folder, extra_postargs=compile_args)
                compiler.link_executable(objects, str(Path(folder) / "probe"), extra_postargs=link_args)
            except Exception:
                continue
            return compile_args, link_args
    return None


class BuildExt(build_ext):
    def finalize_options(self):
        super().finalize_options()
        self.parallel = self.parallel or os.cpu_count()

    def build_extensions(self):
        args = openmp_args(self.compiler)
        if args is None:
            self.warn("OpenMP is off or not found: this build of pyseq runs on a single thread.")
        else:
            for extension in self.extensions:
                if extension.name == "pyseq.core.engine":
                    extension.extra_compile_args = extension.extra_compile_args + args[0]
                    extension.extra_link_args = extension.extra_link_args + args[1]
        super().build_extensions()

    def copy_extensions_to_source(self):
        for extension in self.extensions:
            (HERE / extension.name.replace(".", "/")).parent.mkdir(parents=True, exist_ok=True)
        super().copy_extensions_to_source()


def extensions():
    os.chdir(HERE)
    build_dir = os.path.join("build", "cython")
    return engine_extension(build_dir) + kernel_extensions(build_dir)


if __name__ == "__main__":
    setup(ext_modules=extensions(), cmdclass={"build_ext": BuildExt})
