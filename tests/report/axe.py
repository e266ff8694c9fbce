"""axe-core in the page: fetched by npm once, kept in the user's cache, never part of the project."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

VERSION = "4.14.1"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
CALL = """
addEventListener("load", () => setTimeout(async () => {
  const found = await axe.run(document, {runOnly: {type: "tag", values: RULES}, resultTypes: ["violations"]});
  const list = document.createElement("pre");
  list.id = "axe-found";
  list.textContent = JSON.stringify({
    passes: found.passes.length,
    violations: found.violations.map((rule) => ({
      id: rule.id, help: rule.help, count: rule.nodes.length,
      first: rule.nodes.slice(0, 5).map((node) => node.target.join(" ") + ": " + node.failureSummary),
    })),
  });
  document.body.append(list);
}, 2000));
"""


def library() -> str:
    """The source of axe-core; raises FileNotFoundError, with the reason, where it cannot be had."""
    kept = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gan-audit-tests" / f"axe-{VERSION}.js"
    if not kept.is_file():
        kept.parent.mkdir(parents=True, exist_ok=True)
        _fetch(kept)
    return kept.read_text(encoding="utf-8")


def with_axe(page: str) -> str:
    """The page with axe-core in it, which takes its content policy away and leaves all else."""
    scripts = library() + CALL.replace("RULES", json.dumps(RULES))
    without, count = re.subn(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    assert count == 1
    return without.replace("</body>", f"<script>{scripts}</script></body>")


def found(dom: str) -> dict[str, Any]:
    """What axe-core wrote into the page."""
    written = re.search(r'<pre id="axe-found">(.*?)</pre>', dom, re.DOTALL)
    assert written, "axe-core did not come to an end"
    return json.loads(html.unescape(written[1]))


def _fetch(kept: Path) -> None:
    npm = shutil.which("npm")
    if not npm:
        raise FileNotFoundError("axe-core is not at hand and npm, which would fetch it, is not installed")
    with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
        command = [npm, "pack", f"axe-core@{VERSION}", "--silent", "--pack-destination", folder]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode or not packed:
            raise FileNotFoundError(f"npm could not fetch axe-core: {done.stderr.strip()[-200:] or 'no reason given'}")
        with tarfile.open(packed) as archive:
            member = archive.extractfile("package/axe.min.js")
            assert member
            part = Path(folder) / "axe.js"
            part.write_bytes(member.read())
        part.replace(kept)
