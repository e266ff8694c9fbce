"use strict";
(function () {
  var narrow = window.matchMedia("(max-width: 1119px)");
  var contents = document.querySelector("details.toc");
  if (contents && narrow.matches) { contents.open = false; }

  var closed = [];
  window.addEventListener("beforeprint", function () {
    closed = Array.prototype.slice.call(document.querySelectorAll("details:not([open])"));
    closed.forEach(function (item) { item.open = true; });
  });
  window.addEventListener("afterprint", function () {
    closed.forEach(function (item) { item.open = false; });
  });

  function reach() {
    document.querySelectorAll(".scroll, .static").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) { box.tabIndex = 0; } else { box.removeAttribute("tabindex"); }
    });
  }
  reach();
  window.addEventListener("load", reach);
  window.addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);

  if (!window.Plotly || !window.IntersectionObserver) { return; }
  var shared = JSON.parse(document.getElementById("figures").textContent);

  function cramped(holder, figure) {
    return holder.clientWidth < 480 && figure.data.some(function (trace) {
      var names = (trace.x || []).concat(trace.y || []);
      return names.some(function (name) { return typeof name === "string" && name.length > 20; });
    });
  }

  function fitted(holder, figure) {
    var layout = Object.assign({}, shared.layout, figure.layout);
    var plane = figure.data.some(function (trace) { return trace.type === "heatmap" || trace.type === "contour"; });
    if (plane) { layout.height = Math.min(layout.height, holder.clientWidth + 60); }
    return layout;
  }

  function draw(holder) {
    var figure = shared.figures[holder.dataset.figure];
    if (cramped(holder, figure)) { return; }
    var place = document.createElement("div");
    place.className = "live";
    holder.appendChild(place);
    var layout = fitted(holder, figure);
    Plotly.newPlot(place, figure.data, layout, shared.config).then(function () {
      holder.classList.add("drawn");
      Plotly.Plots.resize(place);
    });
  }

  // A figure is drawn when scrolling rests, one at a time: until then the static one stands in its place.
  var waiting = new Set();
  var timer = 0;
  function rest(pause) {
    clearTimeout(timer);
    timer = setTimeout(function () {
      var holder = waiting.values().next().value;
      if (!holder) { return; }
      waiting.delete(holder);
      watch.unobserve(holder);
      draw(holder);
      rest(0);
    }, pause);
  }
  window.addEventListener("scroll", function () { if (waiting.size) { rest(150); } }, { passive: true });

  var watch = new IntersectionObserver(function (seen) {
    seen.forEach(function (entry) {
      if (entry.isIntersecting) { waiting.add(entry.target); } else { waiting.delete(entry.target); }
    });
    if (waiting.size) { rest(150); }
  }, { rootMargin: "300px" });
  document.querySelectorAll("[data-figure]").forEach(function (holder) { watch.observe(holder); });
}());
