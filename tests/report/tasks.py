"""How long the page keeps its main thread busy, in CPU time of the browser's own trace: other work on the machine does
not count, as it does in `longtask` entries, which tell wall time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from devtools import Message, Tab

LONG = 50.0
"""Milliseconds from which on a task is long, as the W3C's Long Tasks has it."""
ATTEMPTS = 4
"""A long task is one that is long each time."""
CATEGORIES = ("toplevel", "__metadata")
TASK = "ThreadControllerImpl::RunTask"
THREAD = "CrRendererMain"

SCROLL = """
(async () => {
  const seen = [], watch = new PerformanceObserver((list) => seen.push(...list.getEntries().map((e) => e.duration)));
  watch.observe({type: "longtask"});
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  for (let y = 0; y < document.documentElement.scrollHeight; y += innerHeight) {
    scrollTo({top: y, behavior: "instant"});
    await frame();
  }
  await new Promise((done) => setTimeout(done, 100));
  return seen;
})()
"""
"""A window a frame from top to bottom; the wall times of the long tasks that the page itself was told of."""

SLOW = """
addEventListener("scroll", () => {
  if (scrollY === 0) { return; }
  if (scrollY < 2 * innerHeight) for (const end = performance.now() + 300; performance.now() < end;) { /* busy */ }
});
"""
"""A fault that must be noticed."""


def longest_while_scrolling(tab: Tab) -> float:
    """CPU milliseconds of the longest task of a scroll through the page, in the best of some attempts."""
    best = longest_task(tab, SCROLL)
    for _ in range(ATTEMPTS - 1):
        if best >= LONG:
            best = min(best, longest_task(tab, SCROLL))
    return best


def longest_task(tab: Tab, script: str) -> float:
    """CPU milliseconds of the longest task of the page's main thread while a script runs."""
    tab.events.clear()
    config = {"includedCategories": list(CATEGORIES), "excludedCategories": ["*"]}
    tab.call("Tracing.start", transferMode="ReportEvents", traceConfig=config)
    tab.run(script)
    tab.call("Tracing.end")
    tab.wait_for("Tracing.tracingComplete")
    found = [event["tdur"] / 1000 for event in _tasks(list(_trace(tab.events)))]
    assert found, "the trace holds no task of the page"
    return max(found)


def _trace(events: list[Message]) -> Iterator[dict[str, Any]]:
    for event in events:
        if event.get("method") == "Tracing.dataCollected":
            yield from event["params"]["value"]


def _tasks(trace: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    named = [event for event in trace if event["name"] == "thread_name" and event["args"]["name"] == THREAD]
    threads = {(event["pid"], event["tid"]) for event in named}
    for event in trace:
        if event["name"] == TASK and (event["pid"], event["tid"]) in threads and "tdur" in event:
            yield event
