/**
 * Draws finished figures: <div data-chart> with .chart-canvas and a JSON <script>, or data-figure-url to fetch it.
 * A figure names its colours by tokens ("accent", "short", "accent-bg"); here they become the theme's colours.
 * data-months-table="id": the plot area starts where that table's first month starts, so months stand over months.
 */

import { THEME_CHANGED } from "./theme.js";
import { broken, houseLayout } from "./chart-layout.js";
import { showLegend } from "./chart-legend.js";

const PLOTLY = new URL("../vendor/plotly-basic-4.1.1/plotly-basic.min.js", import.meta.url);
const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false };
const NAMED = new Set(["color", "colors", "fillcolor", "bgcolor", "gridcolor", "linecolor", "bordercolor"]);
const TOKEN = /^[a-z]+(-[a-z]+)*$/;

const figures = new WeakMap();
let loading = null;

export function startCharts() {
  drawAll(document);
  document.body.addEventListener("htmx:load", (event) => drawAll(event.detail.elt));
  document.addEventListener(THEME_CHANGED, () => redrawAll());
}

/** Draw every chart inside `root` (root itself included). */
export function drawAll(root) {
  const charts = [...root.querySelectorAll("[data-chart]")];
  if (root.matches?.("[data-chart]")) charts.push(root);
  for (const chart of charts) if (!figures.has(chart)) load(chart);
}

/** Draw `figure` (data, layout) into `chart`, replacing what it showed. */
export async function draw(chart, figure) {
  figures.set(chart, figure);
  const plotly = await plotlyLoaded();
  const canvas = chart.querySelector(".chart-canvas");
  const colours = colourReader(canvas);
  const data = broken(withColours(figure.data, colours), figure.layout ?? {});
  const layout = houseLayout(withColours(figure.layout ?? {}, colours), colours, canvas);
  showLegend(chart, canvas, data, layout);
  layout.showlegend = false;
  alignMonths(chart, canvas, data, layout);
  await plotly.react(canvas, data, layout, CONFIG);
}

async function load(chart) {
  figures.set(chart, null);
  const block = chart.querySelector("script[type='application/json']");
  try {
    const figure = block ? JSON.parse(block.textContent) : await (await fetch(chart.dataset.figureUrl)).json();
    await draw(chart, figure);
    redrawOnResize(chart);
  } catch (error) {
    chart.querySelector(".chart-canvas").textContent = "The chart could not be drawn.";
    throw error;
  }
}

function redrawOnResize(chart) {
  let width = chart.clientWidth;
  new ResizeObserver(() => {
    if (chart.clientWidth === width || !chart.clientWidth) return;
    width = chart.clientWidth;
    draw(chart, figures.get(chart));
  }).observe(chart);
}

function redrawAll() {
  for (const chart of document.querySelectorAll("[data-chart]")) if (figures.get(chart)) draw(chart, figures.get(chart));
}

/** Plotly is big: pages without a chart never load it. */
function plotlyLoaded() {
  loading ??= new Promise((resolve, reject) => {
    const script = Object.assign(document.createElement("script"), { src: PLOTLY });
    script.addEventListener("load", () => resolve(globalThis.Plotly));
    script.addEventListener("error", reject);
    document.head.append(script);
  });
  return loading;
}

/** Return token name -> colour in the theme shown now; anything that is no token comes back as it is. */
function colourReader(element) {
  const probe = element.ownerDocument.createElement("i");
  probe.hidden = true;
  document.body.append(probe);
  const known = new Map();
  queueMicrotask(() => probe.remove());
  return (name) => {
    if (typeof name !== "string" || !TOKEN.test(name)) return name;
    if (!known.has(name)) known.set(name, tokenColour(probe, name));
    return known.get(name);
  };
}

function tokenColour(probe, name) {
  if (!getComputedStyle(document.documentElement).getPropertyValue(`--${name}`)) return name;
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}

/** Copy `value` with every named colour replaced. */
function withColours(value, colours, key = "") {
  if (Array.isArray(value)) return value.map((part) => withColours(part, colours, key));
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withColours(part, colours, name)]));
  }
  return NAMED.has(key) ? colours(value) : value;
}

/** The range from the start of the first month's column to the end of the last one's, whatever a trace would add. */
function wholeMonths(data) {
  const days = data.flatMap((trace) => trace.x ?? []).map((day) => Date.parse(day));
  if (!days.length || days.some(Number.isNaN)) return {};
  const half = 365.25 / 24; // days
  const beside = (day, step) => new Date(day + step * half * 86_400_000).toISOString().slice(0, 16).replace("T", " ");
  return { range: [beside(Math.min(...days), -1), beside(Math.max(...days), 1)] };
}

function alignMonths(chart, canvas, data, layout) {
  const table = document.getElementById(chart.dataset.monthsTable ?? "");
  const cells = table?.querySelectorAll("thead th:not(:first-child)");
  if (!cells?.length || table.offsetWidth > table.parentElement.clientWidth) return; // the table scrolls: no common months
  const box = canvas.getBoundingClientRect();
  const first = cells[0].getBoundingClientRect();
  const last = cells[cells.length - 1].getBoundingClientRect();
  layout.margin = { ...layout.margin, l: Math.max(0, first.left - box.left), r: Math.max(0, box.right - last.right) };
  layout.xaxis = { ...layout.xaxis, automargin: false, showticklabels: false, ...wholeMonths(data) };
  layout.yaxis = { ...layout.yaxis, automargin: false };
}
