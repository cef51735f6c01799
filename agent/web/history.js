// The days gone by: bars for house and car, a line for what they cost, a table, and the CSV.
import { axis, chartLibrary, colours, commonOptions, fillTable, onLookChange, tooltip } from "./chart_look.js";
import { deviceName } from "./devices.js";
import { addDays, dayName, kilowattHours, money, number, percent, price, sentence, setText } from "./format.js";

const byId = (id) => document.getElementById(id);
const DAYS_AT_FIRST = 7;
// More than this no screen can show and no reader can see; the CSV holds all.
const MOST_ROWS = 1000;
const FOLLOW_EVERY_MS = 10000;

function later(home, day, days) {
  if (home.hasDates) return addDays(day, days);
  return String(Math.max(0, Number(day) + days));
}

/** The chosen days as the agent wants them: the last is included for the reader, but excluded in the query. */
function query(home) {
  const chosen = new URLSearchParams();
  const [from, to] = [byId("history-from").value, byId("history-to").value];
  if (from) chosen.set("from", from);
  if (to) chosen.set("to", later(home, to, 1));
  chosen.set("step", byId("history-step").value);
  return chosen;
}

function rowName(start) {
  const [day, time] = start.split("T");
  const wholeDays = byId("history-step").dataset.shown === "1d" || !time;
  return wholeDays ? dayName(day) : `${dayName(day)}, ${time.slice(0, 5)}`;
}

/** A row tells its currency where they are of several. */
const currencyOf = (row, history) => row.currency ?? history.currency;
const currenciesOf = (history) => [...new Set(history.rows.map((row) => currencyOf(row, history)))];
const currencyText = (history) => currenciesOf(history).join(", ") || history.currency;

/** A line for each currency: what was paid in one is not to be compared with another. */
function costLines(look, history) {
  const { rows } = history;
  const currencies = currenciesOf(history);
  return currencies.map((currency) => ({
    type: "line", label: currencies.length > 1 ? `Cost, ${currency}` : "Cost", unit: currency, yAxisID: "cost",
    data: rows.map((row) => (currencyOf(row, history) === currency ? row.cost : null)),
    borderColor: look.price, backgroundColor: look.price, borderWidth: 2.5, pointRadius: rows.length > 60 ? 0 : 3, pointHitRadius: 12,
  }));
}

/** The columns of further devices: all energies but those of house and car. */
const furtherColumns = ({ rows }) => Object.keys(rows[0] ?? {}).filter((name) => name.endsWith("_kwh") && name !== "base_kwh" && name !== "car_kwh");
const columnName = (column) => deviceName(column.replace(/_kwh$/, ""));

function data(look, history) {
  const { rows } = history;
  const bar = { type: "bar", stack: "energy", yAxisID: "kwh", borderWidth: rows.length > 60 ? 0 : 1, borderSkipped: false, maxBarThickness: 56 };
  return {
    labels: rows.map((row) => rowName(row.start)),
    datasets: [
      ...costLines(look, history),
      { ...bar, label: "House", data: rows.map((row) => row.base_kwh), borderColor: look.base, backgroundColor: look.baseFill },
      { ...bar, label: "Car", data: rows.map((row) => row.car_kwh), borderColor: look.car, backgroundColor: look.carFill },
      ...furtherColumns(history).map((column) => (
        { ...bar, label: columnName(column), data: rows.map((row) => row[column]), borderColor: look.quiet, backgroundColor: look.line })),
    ],
  };
}

function options(look, currency) {
  const label = ({ dataset, parsed }) => `${dataset.label}: ${dataset.unit ? money(parsed.y, dataset.unit) : kilowattHours(parsed.y)}`;
  const decimals = { callback: (value) => number(value, 0, 2) };
  return {
    ...commonOptions(),
    interaction: { mode: "index", intersect: false },
    scales: {
      x: axis(look, "", { ticks: { maxRotation: 0, autoSkipPadding: 16 }, axis: { stacked: true, title: { display: false }, grid: { display: false } } }),
      kwh: axis(look, "kWh", { ticks: decimals, axis: { axis: "y", stacked: true, beginAtZero: true } }),
      cost: axis(look, currency, { ticks: { ...decimals, color: look.price }, axis: { axis: "y", position: "right", beginAtZero: true, grace: "5%", grid: { display: false } } }),
    },
    plugins: { legend: { display: false }, tooltip: tooltip(look, { label }) },
  };
}

class HistoryChart {
  constructor(Chart) {
    this.Chart = Chart;
    onLookChange(() => { if (this.history) { this.remove(); this.draw(this.history); } });
  }

  remove() {
    this.chart?.destroy();
    this.chart = null;
  }

  draw(history) {
    this.history = history;
    const look = colours();
    const currency = currencyText(history);
    if (this.chart && this.currency === currency) {
      this.chart.data = data(look, history);
      this.chart.update("none");
      return;
    }
    this.remove();
    this.currency = currency;
    this.chart = new this.Chart(byId("history-chart"), { type: "bar", data: data(look, history), options: options(look, currency) });
  }
}

/** A heading and a key of the chart for each further device. */
function nameFurther(columns) {
  for (const old of document.querySelectorAll("#history-table th.further, #history-legend .key-further")) old.remove();
  const named = (tag, properties) => columns.map((column) => (
    Object.assign(document.createElement(tag), { ...properties, textContent: columnName(column) })));
  byId("history-car").after(...named("th", { scope: "col", className: "further" }));
  byId("history-legend").append(...named("li", { className: "key-further" }));
}

function showTable(history) {
  const columns = furtherColumns(history);
  nameFurther(columns);
  fillTable(byId("history-table"), history.rows.map((row) => [
    rowName(row.start), kilowattHours(row.base_kwh), kilowattHours(row.car_kwh), ...columns.map((column) => kilowattHours(row[column])), price(row.price, `${currencyOf(row, history)}/kWh`),
    money(row.cost, currencyOf(row, history)), percent(row.soc_percent), row.overload_minutes > 0 ? `${number(row.overload_minutes, 0, 1)} min` : "–",
  ]));
}

function summary({ rows }, history) {
  const all = history.rows;
  if (all.length === 0) return "Nothing is kept for these days.";
  const total = (name, among = all) => among.reduce((sum, row) => sum + row[name], 0);
  const costs = currenciesOf(history).map((currency) => money(total("cost", all.filter((row) => currencyOf(row, history) === currency)), currency));
  const further = furtherColumns(history).map((column) => `, ${columnName(column).toLowerCase()} ${kilowattHours(total(column))}`).join("");
  const words = `House ${kilowattHours(total("base_kwh"))}, car ${kilowattHours(total("car_kwh"))}${further}, cost ${costs.join(" and ")}.`;
  return all.length > rows.length ? `${words} The last ${number(rows.length)} of ${number(all.length)} rows are shown; the CSV holds all.` : words;
}

class History {
  constructor(home) {
    Object.assign(this, { home, chosen: false, chart: null, asked: 0, last: 0, shown: null });
    if (home.hasDates) for (const id of ["history-from", "history-to"]) byId(id).type = "date";
    byId("history-form").addEventListener("submit", (event) => { event.preventDefault(); this.load(true); });
    byId("history-form").addEventListener("input", () => this.choose());
    // Not every way of choosing sends both events (voice control, form fillers), and the CSV must hold what is shown.
    byId("history-form").addEventListener("change", () => this.choose());
    byId("history-step").addEventListener("change", () => this.load(true));
    this.follow();
    chartLibrary().then((Chart) => {
      if (Chart) this.chart = new HistoryChart(Chart);
      byId("history-chart").parentElement.hidden = !Chart;
      if (this.shown && this.chart) this.chart.draw(this.shown);
    });
  }

  choose() {
    this.chosen = true;
    this.link();
  }

  link() {
    byId("csv").href = `${this.home.base}history?${query(this.home)}&format=csv`;
  }

  /** Until the reader chooses, or is about to, the last days up to the present one. */
  follow() {
    byId("history-from").value = later(this.home, this.home.today, 1 - DAYS_AT_FIRST);
    byId("history-to").value = this.home.today;
    this.day = this.home.today;
    this.link();
    this.load();
  }

  /** @param wanted  whether the reader asked for it, who is then told; the present that goes on is not worth a word */
  async load(wanted = false) {
    const turn = ++this.asked;
    this.wanted = wanted;
    this.last = Date.now();
    const step = byId("history-step").value;
    try {
      const answer = await fetch(`${this.home.base}history?${query(this.home)}`);
      const history = await answer.json();
      if (turn !== this.asked) return;
      if (answer.status === 404) this.none(history.error);
      else if (!answer.ok) this.say(sentence(history.error ?? "the history could not be read"));
      else this.show(history, step);
    } catch {
      if (turn === this.asked) this.say("The history could not be read. It is asked for again by and by.");
    }
  }

  say(words) {
    setText(byId("history-summary"), words);
    setText(byId("history-told"), this.wanted ? words : "");
  }

  none(reason) {
    this.absent = true;
    byId("history-body").hidden = true;
    byId("history-none").hidden = false;
    byId("history-none").textContent = sentence(reason ?? "no history is kept for this home");
  }

  show(history, step) {
    byId("history-step").dataset.shown = step;
    const shown = { ...history, rows: history.rows.slice(-MOST_ROWS) };
    this.shown = shown;
    showTable(shown);
    this.chart?.draw(shown);
    this.say(summary(shown, history));
  }

  tick() {
    if (this.absent) return;
    const typing = document.activeElement?.matches("#history-form input");
    if (!this.chosen && !typing && this.day !== this.home.today) this.follow();
    const to = byId("history-to").value;
    const present = to === "" || (this.home.hasDates ? to >= this.home.today : Number(to) >= Number(this.home.today));
    if (present && !document.hidden && Date.now() - this.last > FOLLOW_EVERY_MS) this.load();
  }
}

/** @return what to call with each topic that `home` has heard */
export function startHistory(home) {
  const history = new History(home);
  return (topic) => { if (topic === "clock") history.tick(); };
}
