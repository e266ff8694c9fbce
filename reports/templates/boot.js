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

  function draw(holder) {
    var figure = shared.figures[holder.dataset.figure];
    var place = document.createElement("div");
    place.className = "live";
    holder.appendChild(place);
    var layout = Object.assign({}, shared.layout, figure.layout);
    Plotly.newPlot(place, figure.data, layout, shared.config).then(function () {
      holder.classList.add("drawn");
      Plotly.Plots.resize(place);
    });
  }

  var watch = new IntersectionObserver(function (seen) {
    seen.forEach(function (entry) {
      if (!entry.isIntersecting) { return; }
      watch.unobserve(entry.target);
      draw(entry.target);
    });
  }, { rootMargin: "300px" });
  document.querySelectorAll("[data-figure]").forEach(function (holder) { watch.observe(holder); });
}());
