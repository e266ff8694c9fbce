"""What a test asks of a page inside the browser."""

from __future__ import annotations

OUT_OF_PLACE = """
(() => {
  const wide = document.documentElement.clientWidth, bad = [];
  const words = (e) => (e.textContent || "").trim().slice(0, 60);
  const tell = (what, e) => bad.push(`${what}: ${e.tagName} ${e.className} ${words(e)}`);
  if (document.documentElement.scrollWidth > wide) tell("the page is wider than the window", document.body);
  for (const e of document.querySelectorAll("body *")) {
    if (e.closest(".scroll > *, .static > *, .live, .symbols, .skip, thead")) continue;
    const place = e.getBoundingClientRect();
    if (place.width && (place.right > wide + 1 || place.left < -1)) tell("beyond the edge", e);
  }
  for (const e of document.querySelectorAll("main :is(td, th, dd, dt, p, li, h2, h3, h4, summary, figcaption)"))
    if (e.clientWidth > 1 && !e.closest("thead") && e.scrollWidth > e.clientWidth + 2) tell("spills over", e);
  for (const e of document.querySelectorAll(".scroll:has(> .stack)"))
    if (e.scrollWidth > e.clientWidth + 1) tell("has to be scrolled", e);
  return bad.slice(0, 20);
})()
"""
"""Elements that stick out of the window or of their own box; data tables may scroll inside theirs."""

FIRST_CHART = """
(async () => {
  const start = performance.now(), first = document.querySelector("[data-figure]");
  first.scrollIntoView({behavior: "instant"});
  while (!first.classList.contains("drawn")) await new Promise((f) => setTimeout(f, 10));
  return performance.now() - start;
})()
"""
"""Milliseconds from a jump to the first figure until it is drawn."""

FRAMES = "new Promise((done) => setTimeout(() => requestAnimationFrame(done), 300))"
"""Waits until a page that was just loaded has come to rest."""

DRAW = """
(async () => {
  document.querySelectorAll("details").forEach((item) => { item.open = true; });
  for (const holder of document.querySelectorAll("[data-figure]")) {
    holder.scrollIntoView({behavior: "instant"});
    for (let i = 0; i < 400 && !holder.classList.contains("drawn"); i++) await new Promise((f) => setTimeout(f, 10));
  }
  const plots = [...document.querySelectorAll("[data-figure]")];
  const blank = plots.filter((plot) => !plot.querySelector(".live .main-svg"));
  return blank.map((plot) => plot.dataset.figure);
})()
"""
"""Figures that are not drawn though they were scrolled to."""

STILL = """
[...document.querySelectorAll(".plot")].filter((p) => {
  const size = p.querySelector(".static svg").getBoundingClientRect();
  return p.closest("details:not([open])") ? false : !(size.width > 200 && size.height > 60);
}).map((p) => p.closest("figure").id)
"""
"""Figures whose static drawing does not show."""

TABLES = """
[...document.querySelectorAll("figure")].filter((f) => !f.querySelector("details table tbody td")).map((f) => f.id)
"""
"""Figures without a table."""
