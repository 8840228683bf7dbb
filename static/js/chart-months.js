// A chart over a table of months: each month of the drawing stands over its column, wherever the table is scrolled.

const ENOUGH = 6; // months in sight; on a phone with fewer the chart shows all of them instead
const MONTH = (365.25 / 12) * 86_400_000; // milliseconds

/** Move the plot area over the table's month columns; a chart without a table stays as it is. */
export function alignMonths(chart, canvas, data, layout) {
  const place = columns(chart);
  if (!place) return;
  const box = canvas.getBoundingClientRect();
  layout.margin = { ...layout.margin, l: place.left - box.left, r: box.right - place.right };
  layout.xaxis = { ...layout.xaxis, automargin: false, showticklabels: false, range: monthsInSight(chart, data) };
  layout.yaxis = { ...layout.yaxis, automargin: false };
}

/** Return the moments at the edges of the columns in sight; a month's own day is the middle of its column. */
export function monthsInSight(chart, data) {
  const place = columns(chart);
  if (!place) return null;
  const { left, right, width, scrolled } = place;
  const days = data.flatMap((trace) => trace.x ?? []).map((day) => Date.parse(day));
  const start = Math.min(...days) + (scrolled / width - 0.5) * MONTH;
  const end = start + ((right - left) / width) * MONTH;
  return [start, end].map((moment) => new Date(moment).toISOString().slice(0, 19).replace("T", " "));
}

function columns(chart) {
  const table = document.getElementById(chart.dataset.monthsTable ?? "");
  const [name, first] = table?.querySelectorAll("thead th") ?? [];
  if (!first) return null;
  const scroller = table.parentElement;
  const all = table.querySelectorAll("thead th:not(:first-child)");
  const left = name.getBoundingClientRect().right;
  const end = all[all.length - 1].getBoundingClientRect().right;
  const width = (end - first.getBoundingClientRect().left) / all.length;
  const right = Math.min(
    scroller.getBoundingClientRect().left + scroller.clientWidth,
    end,
    chart.querySelector(".chart-canvas").getBoundingClientRect().right,
  );
  return right - left < Math.min(ENOUGH, all.length) * width ? null : { left, right, width, scrolled: scroller.scrollLeft };
}
