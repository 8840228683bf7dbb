/** The legend above a chart as plain text, so that it wraps on a phone and is read aloud. */

const SIGNS = { "triangle-down": "▼", "triangle-up": "▲", square: "■", circle: "●", diamond: "◆", x: "✕" };

/** Put the names of `data`'s traces above `canvas`; a figure that says showlegend false has its own. */
export function showLegend(chart, canvas, data, layout) {
  chart.querySelector(":scope > .chart-legend")?.remove();
  const named = data.filter((trace) => trace.name && trace.showlegend !== false);
  if (layout.showlegend === false || named.length < 2) return;
  const list = Object.assign(document.createElement("ul"), { className: "chart-legend" });
  list.append(...named.map(entry));
  canvas.before(list);
}

function entry(trace) {
  const item = document.createElement("li");
  item.append(key(trace), trace.name);
  return item;
}

/** A small picture of how a trace is drawn. */
function key(trace) {
  const mark = document.createElement("i");
  if (trace.type === "bar" || trace.fill === "toself") {
    mark.className = "legend-bar";
    mark.style.background = trace.fillcolor ?? [trace.marker?.color].flat()[0];
  } else if (trace.mode === "markers") {
    mark.className = "legend-sign";
    mark.textContent = SIGNS[trace.marker?.symbol ?? "circle"] ?? "●";
    mark.style.color = [trace.marker?.color].flat()[0];
  } else {
    const dashed = trace.line?.dash && trace.line.dash !== "solid";
    mark.className = dashed ? "legend-line dashed" : "legend-line";
    mark.style.borderTopColor = trace.line?.color;
  }
  mark.setAttribute("aria-hidden", "true");
  return mark;
}
