"""The shape of the code: who may import whom, what importing costs, how long a file and a function may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BASE = {"types", "errors", "runtime"}
ALLOWED = {
    "errors": set(),
    "types": {"errors"},
    "runtime": {"types", "errors"},
    "imaging": BASE,
    "stats": BASE | {"imaging"},
    "data": BASE,
    "radiomics": BASE,
    "features": BASE | {"imaging", "radiomics"},
    "checks": BASE | {"imaging", "stats"},
    "judgement": BASE,
    "report": BASE | {"imaging", "judgement"},
    "audits": BASE | {"data", "report"},
    "result": BASE | {"judgement", "report"},
    "audit": BASE | {"checks", "data", "features", "judgement", "report", "result"},
    "demo": BASE | {"audit", "features", "judgement", "result"},
    "cli": BASE | {"audit", "audits", "data", "demo", "features", "judgement", "report"},
    "__init__": {"audit", "result"},
    "__main__": {"cli", "errors"},
    "trainers": BASE | {"data", "imaging"},
    "trainers.monitor": BASE | {"checks", "data", "features", "stats", "trainers"},
    "trainers.curves": BASE | {"report", "trainers"},
    "trainers.cli": BASE | {"cli", "data", "trainers", "trainers.curves", "trainers.monitor"},
}
"""For each file or folder of the package, what it may import besides itself; a new one has to be entered here."""
TRAINERS = {
    "trainers.monitor": "trainers.monitor",
    "trainers.cli": "trainers.cli",
    "trainers.train": "trainers.cli",
    "trainers.run.curves": "trainers.curves",
}
"""Parts of `trainers` that may import more than the others."""
HEAVY = ("torch", "torchvision", "torch_fidelity", "faiss", "plotly", "radiomics", "SimpleITK", "sklearn", "pandas")
MODULES = sorted(path for folder in ("gan_audit", "trainers") for path in (ROOT / folder).rglob("*.py"))
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 45


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 2 else parts)


def unit(module: str) -> str:
    """The row of ALLOWED that a dotted module name belongs to."""
    parts = module.split(".")
    if parts[0] == "trainers":
        return next((row for part, row in TRAINERS.items() if f"{module}.".startswith(f"{part}.")), "trainers")
    return parts[1] if len(parts) > 1 else "__init__"


NAMES = {dotted(path) for path in MODULES}


def imports(path: Path) -> Iterator[str]:
    """The project's modules that a file imports anywhere, inside functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            candidates = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{relative(path)}: an import says the whole name, without leading dots"
            deeper = [f"{node.module}.{alias.name}" for alias in node.names]
            candidates = [name if name in NAMES else str(node.module) for name in deeper]
        else:
            continue
        yield from (name for name in candidates if name.split(".")[0] in ("gan_audit", "trainers"))


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_a_module_imports_only_what_lies_to_its_right(path: Path) -> None:
    own = unit(dotted(path))
    assert own in ALLOWED, f"{relative(path)} has no row in ALLOWED"
    foreign = {unit(name) for name in imports(path)} - {own}
    assert foreign <= ALLOWED[own], f"{relative(path)} may not import {sorted(foreign - ALLOWED[own])}"


def test_the_modules_form_no_circle() -> None:
    graph = {dotted(path): set(imports(path)) - {dotted(path)} for path in MODULES}
    assert list(TopologicalSorter(graph).static_order())


def test_the_rule_itself_has_no_circle() -> None:
    assert list(TopologicalSorter(ALLOWED).static_order())


def test_importing_any_module_loads_nothing_heavy() -> None:
    modules = sorted(name for name in NAMES if name.startswith("gan_audit") and not name.endswith("__main__"))
    code = f"""
import importlib, sys
for name in {modules}:
    importlib.import_module(name.removesuffix(".__init__"))
    loaded = sorted(set({HEAVY}) & set(sys.modules))
    assert not loaded, f"{{name}} loads {{loaded}}"
print("light")
"""
    assert run_python("-c", code).strip() == "light"


def test_help_answers_without_loading_anything_heavy() -> None:
    code = f"""
import sys
from gan_audit.__main__ import main
sys.argv = ["gan-audit", "--help"]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print("heavy:", sorted(set({HEAVY}) & set(sys.modules)))
"""
    output = run_python("-c", code)
    assert "run" in output
    assert output.strip().endswith("heavy: []")


def test_the_public_function_is_not_hidden_by_the_module_of_its_name() -> None:
    code = """
from gan_audit import audit as before
import gan_audit.audit
from gan_audit import AuditResult, audit
assert before is audit and callable(audit) and isinstance(AuditResult, type)
"""
    run_python("-c", code)


@pytest.mark.parametrize("path", [*MODULES, *sorted((ROOT / "tests").rglob("*.py"))], ids=relative)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert len(lines) <= MAX_FILE_LINES, f"{relative(path)} has {len(lines)} lines"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert code_lines(node, lines) <= MAX_FUNCTION_LINES, f"{relative(path)}: {node.name} is too long"


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef, lines: list[str]) -> int:
    """Lines of a function without its docstring, its comments and its blank lines."""
    documented = ast.get_docstring(function) is not None
    first = function.body[0].end_lineno + 1 if documented else function.lineno
    body = [line.strip() for line in lines[first - 1 : function.end_lineno]]
    return sum(bool(line) and not line.startswith("#") for line in body)


def run_python(*arguments: str) -> str:
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout
