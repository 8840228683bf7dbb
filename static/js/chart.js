/**
 * Draws finished figures: <div data-chart> with .chart-canvas and a JSON <script>, or data-figure-url to fetch it.
 * A figure names its colours by tokens ("accent", "short", "accent-bg"); here they become the theme's colours.
 * data-months-table="id": months stand over that table's months, and scroll with them.
 */

import { THEME_CHANGED } from "./theme.js";
import { broken, houseLayout } from "./chart-layout.js";
import { showLegend } from "./chart-legend.js";
import { alignMonths, monthsInSight } from "./chart-months.js";

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
    followTable(chart);
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

/** The months under a chart scroll; the chart's go with them. */
function followTable(chart) {
  const scroller = document.getElementById(chart.dataset.monthsTable ?? "")?.parentElement;
  let asked = 0;
  scroller?.addEventListener("scroll", () => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(() => {
      const range = monthsInSight(chart, figures.get(chart).data);
      if (range) globalThis.Plotly.relayout(chart.querySelector(".chart-canvas"), { "xaxis.range": range });
    });
  });
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
