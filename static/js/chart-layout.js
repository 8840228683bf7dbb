/** The look every chart shares; what a figure's own layout says wins. */

const FONT = '"Inter Variable", Inter, system-ui, sans-serif';

/** Return the layout to draw with: the house's look under the figure's own. `colours` turns a token into a colour. */
export function houseLayout(own, colours, canvas) {
  const axis = axisLook(colours);
  return {
    bargap: 0.35,
    hovermode: "x unified",
    ...own,
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    autosize: false,
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    separators: ".,",
    font: { family: FONT, size: 12, color: colours("ink"), ...own.font },
    hoverlabel: { bgcolor: colours("surface"), bordercolor: colours("line"), font: { size: 12, color: colours("ink") } },
    margin: { t: 8, r: 8, b: 8, l: 8, ...own.margin },
    xaxis: merged({ ...axis, showgrid: false }, own.xaxis, colours),
    yaxis: merged({ ...axis, nticks: 5, separatethousands: true }, own.yaxis, colours),
  };
}

function axisLook(colours) {
  return {
    automargin: true,
    fixedrange: true,
    ticks: "",
    showline: false,
    gridcolor: colours("chart-grid"),
    linecolor: colours("chart-axis"),
    zerolinecolor: colours("chart-axis"),
    zerolinewidth: 1,
    tickfont: { size: 12, color: colours("muted") },
  };
}

/** Return an axis with the figure's own wishes over the house's; a title given as text keeps the quiet colour. */
function merged(house, own = {}, colours) {
  const title = typeof own.title === "string" ? { text: own.title } : own.title;
  const quiet = { size: 12, color: colours("muted") };
  return { ...house, ...own, ...(title ? { title: { ...title, font: { ...quiet, ...title.font } } } : {}) };
}

/** Category names break at their spaces instead of leaning over: Plotly's line break is <br>. */
export function broken(data, layout) {
  if (layout.xaxis?.type !== "category") return data;
  return data.map((trace) => ({ ...trace, x: trace.x?.map((name) => String(name).replaceAll(" ", "<br>")) }));
}
