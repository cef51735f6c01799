// The present day as one picture: price, house, what the car drew and what is planned, what the sun gave and what was exported.
import { axis, chartLibrary, colours, commonOptions, fillTable, onLookChange, tooltip } from "./chart_look.js";
import { DAY, extremes, hours, pastStretches, plannedStretches, points, profileStretches, upon, valueAt } from "./day_series.js";
import { canExport, hasCar, hasDevice } from "./devices.js";
import { kilowattHours, kilowatts, minuteOfDay, money, number, price, setText, timeOfDay } from "./format.js";

const byId = (id) => document.getElementById(id);
const TOPICS = new Set(["clock", "battery", "grid", "solar", "plan", "baseload/profile", "price/profile"]);
const ASK_AT_MOST_EVERY_MS = 900;
const ASK_AT_LEAST_EVERY_MS = 60000;

/** The quarters of the present day. Asks only for those that it has not got, and the running one anew. */
class TodayRows {
  constructor(home, changed) {
    Object.assign(this, { home, changed, rows: new Map(), day: null, busy: false, last: 0, wanted: false, kept: true });
    setInterval(() => this.refresh(), ASK_AT_LEAST_EVERY_MS);
  }

  all() { return this.day === this.home.today ? [...this.rows.values()] : []; }

  async refresh() {
    this.wanted = true;
    if (this.busy || !this.kept) return;
    this.busy = true;
    const wait = this.last + ASK_AT_MOST_EVERY_MS - Date.now();
    if (wait > 0) await new Promise((over) => { setTimeout(over, wait); });
    this.wanted = false;
    this.last = Date.now();
    await this.ask().catch(() => { /* the next tick asks again */ });
    this.busy = false;
    if (this.wanted) this.refresh();
  }

  /** What was known may be of another run. */
  anew() {
    this.rows = new Map();
    this.refresh();
  }

  async ask() {
    const day = this.home.today;
    if (day !== this.day) this.rows = new Map();
    this.day = day;
    const known = this.rows;
    const running = [...known.keys()].at(-1);
    const follows = running !== undefined && minuteOfDay(running) <= minuteOfDay(this.home.clock.time);
    const from = follows ? running.slice(0, running.indexOf("T") + 6) : day;
    const answer = await fetch(`${this.home.base}history?step=15m&from=${encodeURIComponent(from)}`);
    if (answer.status === 404) this.kept = false;
    if (!answer.ok) return;
    const { rows } = await answer.json();
    if (this.home.today !== day || this.rows !== known) return;
    for (const row of rows) if (row.start.startsWith(`${day}T`)) known.set(row.start, row);
    this.changed();
  }
}

function seriesOf(home, rows) {
  const now = home.clock ? minuteOfDay(home.clock.time) : 0;
  const fuse = home.grid?.fuse_kw;
  return {
    now,
    price: profileStretches(home["price/profile"]?.values),
    house: profileStretches(home["baseload/profile"]?.values),
    car: pastStretches(rows, "car_kwh", now, home.battery?.power_kw ?? 0),
    sun: pastStretches(rows, "solar_kwh", now, home.solar?.power_kw ?? 0),
    export: canExport ? pastStretches(rows, "export_kwh", now, Math.max(0, -home.grid?.power_kw || 0)) : [],
    plan: plannedStretches(home.plan, now, home.clock?.date),
    fuse: fuse ? [{ from: 0, to: DAY, value: fuse }] : [],
    unit: home["price/profile"]?.unit ?? "",
  };
}

/**
 * Which series there are, the topmost first. The car's stand upon the house's, whose area hides their feet: so the
 * outline is what the home draws in all, to be compared with the fuse.
 */
function datasets(look) {
  const line = { pointRadius: 0, pointHoverRadius: 0, borderWidth: 1.5, tension: 0, yAxisID: "kw" };
  const car = { ...line, borderColor: look.car, fill: "origin", onHouse: true, exists: hasCar };
  const all = [
    { ...line, series: "price", label: "Price", yAxisID: "price", borderColor: look.price, borderWidth: 2.5 },
    { ...line, series: "fuse", label: "Fuse", borderColor: look.bad, borderDash: [6, 5] },
    { ...line, series: "sun", label: "Sun", borderColor: look.sun, borderWidth: 2.5, exists: hasDevice("solar") },
    { ...line, series: "export", label: "Export", borderColor: look.export, borderWidth: 2, borderDash: [6, 4], exists: canExport },
    { ...line, series: "house", label: "House", borderColor: look.base, backgroundColor: look.baseFill, fill: "origin" },
    { ...car, series: "car", label: "Car, charged", backgroundColor: look.carFill },
    { ...car, series: "plan", label: "Car, planned", backgroundColor: look.planFill, borderDash: [4, 3] },
  ];
  return all.filter(({ exists = true }) => exists);
}

/** Tells of the moment under the pointer in each series; the library's own modes know only points. */
function atMoment(chart, event) {
  const minute = Math.min(DAY - 1, Math.max(0, chart.scales.x.getValueForPixel(event.x) * 60));
  chart.moment = minute;
  return chart.getSortedVisibleDatasetMetas().flatMap((meta) => {
    const { data, series } = chart.data.datasets[meta.index];
    if (valueAt(chart.series[series], minute) === undefined) return [];
    const index = data.findLastIndex((point) => point.y !== null && point.x * 60 <= minute);
    return [{ datasetIndex: meta.index, index, element: meta.data[index] }];
  });
}

const nowLine = {
  id: "now-line",
  afterDatasetsDraw(chart) {
    const { ctx, chartArea, scales } = chart;
    const x = scales.x.getPixelForValue(chart.series.now / 60);
    ctx.save();
    ctx.strokeStyle = chart.look.ink;
    ctx.fillStyle = chart.look.ink;
    ctx.lineWidth = 1.5;
    ctx.beginPath();
    ctx.moveTo(x, chartArea.top);
    ctx.lineTo(x, chartArea.bottom);
    ctx.stroke();
    ctx.font = "600 12px system-ui, sans-serif";
    const left = x > chartArea.right - 40;
    ctx.textAlign = left ? "right" : "left";
    ctx.fillText("now", left ? x - 5 : x + 5, chartArea.top - 5);
    ctx.restore();
  },
};

function options(look) {
  const clock = { stepSize: 3, maxRotation: 0, callback: (hour) => timeOfDay(hour * 60) };
  return {
    ...commonOptions(), parsing: false, events: ["mousemove", "mouseout", "click", "touchstart", "touchmove"],
    layout: { padding: { top: 18 } },
    interaction: { mode: "moment", intersect: false },
    scales: {
      x: axis(look, "", { ticks: clock, axis: { type: "linear", min: 0, max: 24, title: { display: false }, grid: { display: false } } }),
      kw: axis(look, "kW", { ticks: { callback: (value) => number(value, 0, 1), maxTicksLimit: 7 }, axis: { axis: "y", min: 0, position: "left" } }),
      price: axis(look, "", { ticks: { callback: (value) => number(value, 1, 2), color: look.price, maxTicksLimit: 7 }, axis: { axis: "y", beginAtZero: true, grace: "5%", position: "right", grid: { display: false } } }),
    },
    plugins: { legend: { display: false }, tooltip: { position: "pointer", ...tooltip(look, {
      title: (items) => (items.length > 0 ? quarterWords(items[0].chart.moment) : ""),
      label: labelOf,
      labelColor: ({ dataset }) => ({ borderColor: dataset.borderColor, backgroundColor: dataset.backgroundColor ?? dataset.borderColor }),
    }) } },
  };
}

function quarterWords(minute) {
  const from = Math.floor(minute / 15) * 15;
  return `${timeOfDay(from)}–${timeOfDay(from + 15)}`;
}

function labelOf({ chart, dataset }) {
  const value = valueAt(chart.series[dataset.series], chart.moment);
  return `${dataset.label}: ${dataset.series === "price" ? price(value, chart.series.unit) : kilowatts(value)}`;
}

class DayChart {
  constructor(Chart) {
    this.Chart = Chart;
    Chart.Interaction.modes.moment = atMoment;
    Chart.Tooltip.positioners.pointer = (items, position) => (items.length > 0 ? { x: position.x, y: position.y } : false);
    onLookChange(() => { this.chart?.destroy(); this.chart = null; this.draw(this.series); });
  }

  draw(series) {
    this.series = series;
    this.chart ??= this.make();
    Object.assign(this.chart, { series, look: this.look });
    for (const dataset of this.chart.data.datasets) {
      const stretches = series[dataset.series];
      dataset.data = dataset.onHouse ? points(upon(stretches, series.house), true) : points(stretches);
    }
    this.chart.options.scales.kw.suggestedMax = (series.fuse[0]?.value ?? 0) * 1.05;
    this.chart.options.scales.price.title.text = series.unit;
    this.chart.update("none");
  }

  make() {
    this.look = colours();
    const chart = new this.Chart(byId("day-chart"), { type: "line", data: { datasets: [] }, options: options(this.look), plugins: [{ ...nowLine, beforeInit: (one) => Object.assign(one, { series: this.series, look: this.look }) }] });
    chart.data.datasets = datasets(this.look);
    return chart;
  }
}

function showTotals(home, rows) {
  const total = (name) => (rows.length > 0 ? rows.reduce((all, row) => all + row[name], 0) : NaN);
  const currency = home.grid?.currency ?? "";
  const shown = (value, words) => (Number.isNaN(value) ? "–" : words(value, currency));
  setText(byId("total-house"), shown(total("base_kwh"), kilowattHours));
  setText(byId("total-car"), shown(total("car_kwh"), kilowattHours));
  setText(byId("total-sun"), shown(total("solar_kwh"), kilowattHours));
  setText(byId("total-export"), shown(total("export_kwh"), kilowattHours));
  const peak = home.grid?.peak_kw;
  byId("peak").hidden = peak === undefined;
  if (peak !== undefined) setText(byId("month-peak"), kilowatts(peak));
  setText(byId("total-cost"), shown(total("cost"), money));
  setText(byId("total-saved"), typeof home.plan?.saving === "number" ? money(home.plan.saving, home.plan.currency) : "–");
}

function showTable(series) {
  fillTable(byId("day-table"), hours(series).map((hour) => [
    timeOfDay(hour.from), price(hour.price, series.unit), kilowatts(hour.house),
    ...[...(hasCar ? [hour.car, hour.plan] : []), ...(hasDevice("solar") ? [hour.sun] : []), ...(canExport ? [hour.export] : [])].map((kwh) => (kwh > 0 ? kilowattHours(kwh) : "–")),
  ]));
}

function showSummary(series) {
  if (series.price.length === 0 || series.house.length === 0) return;
  const { low, high } = extremes(series.price);
  const most = extremes(series.house).high;
  setText(byId("day-summary"), `The price is lowest at ${timeOfDay(low.from)} with ${price(low.value, series.unit)} and highest at ` +
    `${timeOfDay(high.from)} with ${price(high.value, series.unit)}. The house draws most at ${timeOfDay(most.from)}: ${kilowatts(most.value)}.`);
}

/** @return `heard`, to be called with each topic that `home` has heard, and `anew`, where that may be another run's */
export function startDay(home) {
  let chart = null;
  let awaited = false;
  const show = () => {
    awaited = false;
    const rows = today.all();
    const series = seriesOf(home, rows);
    showTotals(home, rows);
    showTable(series);
    showSummary(series);
    chart?.draw(series);
  };
  // One tick brings several topics; they are drawn together, and not at all while nobody looks.
  const soon = () => { if (!awaited) { awaited = true; requestAnimationFrame(show); } };
  const today = new TodayRows(home, soon);
  chartLibrary().then((Chart) => {
    if (Chart) chart = new DayChart(Chart);
    byId("day-chart").parentElement.hidden = !Chart;
    byId("day-chart-missing").hidden = Boolean(Chart);
    soon();
  });
  const heard = (topic) => {
    if (topic === "clock") today.refresh();
    if (TOPICS.has(topic)) soon();
  };
  return { heard, anew: () => today.anew() };
}
