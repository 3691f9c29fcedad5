// Draws each chart of a page from the table that stands beneath it; without this script the tables are the page.

const dark = matchMedia("(prefers-color-scheme: dark)");
const drawn = [];

/** What a table holds: the names of its rows, and the columns that are drawn. Empty cells are gaps. */
function read(table) {
  const heads = [...table.tHead.rows[0].cells];
  const rows = [...table.tBodies[0].rows].filter((row) => !("sum" in row.dataset));
  const series = heads.flatMap((head, at) => {
    if (!("series" in head.dataset)) return [];
    const cells = rows.map((row) => row.cells[at]);
    return [{
      name: head.textContent.trim(),
      values: cells.map((cell) => (cell.dataset.value === "" ? null : Number(cell.dataset.value))),
      said: cells.map((cell) => cell.textContent.trim()),
    }];
  });
  return { names: rows.map((row) => row.cells[0].textContent.trim()), series };
}

/** Lines differ by dash and mark, bars by pattern, so that nobody has to tell colours apart. */
const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const MARKS = ["circle", "triangle", "rect", "rectRot"];

function pattern(colour, at) {
  if (at === 0) return colour;
  const tile = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
  const brush = tile.getContext("2d");
  brush.fillStyle = colour;
  brush.globalAlpha = 0.35;
  brush.fillRect(0, 0, 8, 8);
  brush.globalAlpha = 1;
  if (at === 1) for (const step of [-4, 0, 4, 8]) stripe(brush, step, 8);
  else if (at === 2) brush.fillRect(2, 2, 3, 3);
  else for (const step of [1, 5]) brush.fillRect(0, step, 8, 1);
  return brush.createPattern(tile, "repeat");
}

function stripe(brush, from, size) {
  brush.strokeStyle = brush.fillStyle;
  brush.lineWidth = 1.5;
  brush.beginPath();
  brush.moveTo(from, size);
  brush.lineTo(from + size, 0);
  brush.stroke();
}

function draw(figure) {
  const table = figure.querySelector("table");
  if (!table) return;
  const { names, series } = read(table);
  const { chart: shape, unit, most } = figure.dataset;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const across = shape === "across" || shape === "stacked";
  const line = shape === "line";
  const plot = document.createElement("div");
  const canvas = document.createElement("canvas");
  plot.className = across && names.length > 6 ? "plot tall" : "plot";
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-labelledby", figure.getAttribute("aria-labelledby"));
  plot.append(canvas);
  figure.querySelector("figcaption").after(plot);
  const datasets = series.map(({ name, values }, at) => {
    const own = colour(`series-${(at % 4) + 1}`);
    const shared = { label: name, data: values, borderColor: own, borderWidth: line ? 2 : 1 };
    if (!line) return { ...shared, backgroundColor: pattern(own, at), borderRadius: 3, maxBarThickness: 34 };
    const marks = { pointStyle: MARKS[at % 4], pointRadius: names.length > 45 ? 2 : 4, pointBackgroundColor: own };
    return { ...shared, ...marks, borderDash: DASHES[at % 4], tension: 0, spanGaps: false, clip: false };
  });
  const ticks = { color: colour("quiet"), maxRotation: 0, autoSkipPadding: 12 };
  const amounts = {
    beginAtZero: true,
    stacked: shape === "stacked",
    grid: { color: colour("line") },
    border: { display: false },
    ticks: { ...ticks, precision: unit === "count" ? 0 : undefined, callback: (value) => (unit === "share" ? `${value} %` : value.toLocaleString()) },
    ...(most ? { max: Number(most) } : {}),
  };
  const shortened = function (value) {
    return across ? this.getLabelForValue(value) : this.getLabelForValue(value).replace(/^.*?\d{4}-(\d\d-\d\d).*$/, "$1");
  };
  const along = { stacked: shape === "stacked", grid: { display: false }, ticks: { ...ticks, autoSkip: !across, callback: shortened } };
  return new Chart(canvas, {
    type: line ? "line" : "bar",
    data: { labels: names, datasets },
    options: {
      animation: false,
      responsive: true,
      maintainAspectRatio: false,
      indexAxis: across ? "y" : "x",
      interaction: { mode: "index", intersect: false, axis: across ? "y" : "x" },
      font: { family: style.getPropertyValue("--sans") },
      scales: across ? { x: amounts, y: along } : { x: along, y: amounts },
      plugins: {
        legend: { display: series.length > 1, position: "bottom", labels: { color: colour("ink"), usePointStyle: line, boxWidth: line ? 7 : 16, boxHeight: line ? 7 : 12, padding: 14 } },
        tooltip: { callbacks: { label: ({ dataset, datasetIndex, dataIndex }) => `${dataset.label}: ${series[datasetIndex].said[dataIndex]}` } },
      },
    },
  });
}

function drawAll() {
  for (const chart of drawn.splice(0)) {
    const plot = chart.canvas.parentNode;
    chart.destroy();
    plot.remove();
  }
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const chart = draw(figure);
    if (chart) drawn.push(chart);
  }
}

if (globalThis.Chart) {
  drawAll();
  dark.addEventListener("change", drawAll);
} else {
  for (const table of document.querySelectorAll("figure[data-chart] details")) table.open = true;
}
