// The days gone by: bars for what is used, lines for sun, export and cost, a table, and the CSV.
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

/** Energies that are no use of the home, by their columns: where what is used comes from, and where the rest goes. */
const NO_USE = {
  solar_kwh: "Sun", import_kwh: "Import", export_kwh: "Export", storage_in_kwh: "Home battery, in", storage_out_kwh: "Home battery, out",
};
// Rows of a time before a device was there do not have its columns.
const hasColumn = ({ rows }, column) => rows.some((row) => row[column] !== undefined);
const energiesOf = ({ rows }) => [...new Set(rows.flatMap((row) => Object.keys(row)))].filter((name) => name.endsWith("_kwh"));
/** The columns of further devices that use energy: all but those of house and car, and of what is no use. */
const furtherColumns = (history) => energiesOf(history).filter((name) => name !== "base_kwh" && name !== "car_kwh" && !(name in NO_USE));
const flowColumns = (history) => Object.keys(NO_USE).filter((column) => hasColumn(history, column));
const columnName = (column) => NO_USE[column] ?? deviceName(column.replace(/_kwh$/, ""));

/** What is drawn as a line, and with which colour of the look; each is a stack of its own, not one upon the other. */
const LINES = { solar_kwh: { colour: "sun", key: "key-sun" }, export_kwh: { colour: "export", key: "key-export", dash: [6, 4] } };
/** Rows of a home without a car have none of its columns. */
const hasCar = (history) => history.rows.length === 0 || hasColumn(history, "car_kwh");
const lineColumns = (history) => Object.keys(LINES).filter((column) => hasColumn(history, column));

function energyLines(look, history) {
  const { rows } = history;
  return lineColumns(history).map((column) => ({
    type: "line", label: columnName(column), stack: column, yAxisID: "kwh", data: rows.map((row) => row[column] ?? null),
    borderColor: look[LINES[column].colour], backgroundColor: look[LINES[column].colour], borderDash: LINES[column].dash ?? [],
    borderWidth: 2.5, pointRadius: rows.length > 60 ? 0 : 3, pointHitRadius: 12,
  }));
}

function data(look, history) {
  const { rows } = history;
  const bar = { type: "bar", stack: "energy", yAxisID: "kwh", borderWidth: rows.length > 60 ? 0 : 1, borderSkipped: false, maxBarThickness: 56 };
  return {
    labels: rows.map((row) => rowName(row.start)),
    datasets: [
      ...costLines(look, history),
      ...energyLines(look, history),
      { ...bar, label: "House", data: rows.map((row) => row.base_kwh), borderColor: look.base, backgroundColor: look.baseFill },
      ...(hasCar(history) ? [{ ...bar, label: "Car", data: rows.map((row) => row.car_kwh ?? null), borderColor: look.car, backgroundColor: look.carFill }] : []),
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

const named = (tag, textContent, more) => Object.assign(document.createElement(tag), { ...more, textContent });

/** A heading for each further column, and a key of the chart for what is drawn of them. */
function nameFurther(history) {
  for (const old of document.querySelectorAll("#history-table th.further, #history-legend .further")) old.remove();
  const heading = (words) => named("th", words, { scope: "col", className: "further" });
  const [used, flows] = [furtherColumns(history), flowColumns(history)];
  byId("history-car").after(...[...used, ...flows].map((column) => heading(columnName(column))));
  if (hasColumn(history, "earned")) byId("history-cost").after(heading("Earned"));
  for (const ofCar of [byId("history-car"), byId("history-soc"), document.querySelector("#history-legend .key-car")]) ofCar.hidden = !hasCar(history);
  setText(byId("history-soc"), hasColumn(history, "storage_in_kwh") ? "Car’s battery" : "Battery");
  byId("history-legend").append(
    ...used.map((column) => named("li", columnName(column), { className: "further key-further" })),
    ...lineColumns(history).map((column) => named("li", columnName(column), { className: `further ${LINES[column].key}` })));
}

function showTable(history) {
  const withCar = hasCar(history);
  const energies = ["base_kwh", ...(withCar ? ["car_kwh"] : []), ...furtherColumns(history), ...flowColumns(history)];
  const earned = hasColumn(history, "earned");
  nameFurther(history);
  fillTable(byId("history-table"), history.rows.map((row) => {
    const currency = currencyOf(row, history);
    return [
      rowName(row.start), ...energies.map((column) => kilowattHours(row[column])), price(row.price, `${currency}/kWh`),
      money(row.cost, currency), ...(earned ? [money(row.earned, currency)] : []), ...(withCar ? [percent(row.soc_percent)] : []),
      row.overload_minutes > 0 ? `${number(row.overload_minutes, 0, 1)} min` : "–",
    ];
  }));
}

const total = (rows, name) => rows.reduce((sum, row) => sum + (row[name] ?? 0), 0);

/** " Import 30.1 kWh, export 12.0 kWh, sun 40.2 kWh, of which 70 % were used at home." */
function flowSummary(history, all) {
  const parts = ["import_kwh", "export_kwh", "solar_kwh"].filter((column) => hasColumn(history, column))
    .map((column) => `${columnName(column).toLowerCase()} ${kilowattHours(total(all, column))}`);
  if (parts.length === 0) return "";
  const sun = total(all, "solar_kwh");
  // A home battery may have given more to the grid than the sun did.
  const used = Math.max(0, sun - total(all, "export_kwh"));
  const own = sun > 0 ? `, of which ${number((100 * used) / sun)} % were used at home` : "";
  return ` ${sentence(parts.join(", ") + own)}`;
}

function summary({ rows }, history) {
  const all = history.rows;
  if (all.length === 0) return "Nothing is kept for these days.";
  const costs = currenciesOf(history).map((currency) => money(total(all.filter((row) => currencyOf(row, history) === currency), "cost"), currency));
  const further = furtherColumns(history).map((column) => `, ${columnName(column).toLowerCase()} ${kilowattHours(total(all, column))}`).join("");
  const car = hasCar(history) ? `, car ${kilowattHours(total(all, "car_kwh"))}` : "";
  const used = `House ${kilowattHours(total(all, "base_kwh"))}${car}${further}, cost ${costs.join(" and ")}.`;
  const words = used + flowSummary(history, all);
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
