// The page: what the home tells goes to each part, what the reader wants goes to the home.
import { startClock } from "./clock.js";
import { send } from "./commands.js";
import { startControls } from "./controls.js";
import { canExport, hasCar, hasDevice, startDevices } from "./devices.js";
import { startDay } from "./day_chart.js";
import { addDays, dayName, kilowatts, number, priceNumber, setText } from "./format.js";
import { startHistory } from "./history.js";
import { startHomes } from "./homes.js";
import { listen, showLive, watchHealth } from "./live.js";

const byId = (id) => document.getElementById(id);
const body = document.body;
const hasDates = body.dataset.days === "dates";

/** The latest of each topic, and `today`: the day as the agent's history names it. */
const home = { base: body.dataset.base, hasDates, today: body.dataset.day };

const energy = (value) => number(value, 1);
const power = (value) => number(value, 1, 2);

/** The numbers of the present by their ids, and how each is written. */
const WRITTEN = { soc: (value) => number(value, 0, 1), stored: energy, capacity: energy, power, "base-kw": power, price: priceNumber };
const show = (id, value) => setText(byId(id), WRITTEN[id](value));
const showDay = () => setText(byId("day"), dayName(home.today).replace(/^Day/, "day"));

/** The clock counts days; in real time the history wants dates. The page came with one of each. */
function dayOf(clock) {
  return hasDates ? addDays(body.dataset.day, clock.day - Number(body.dataset.dayNumber)) : String(clock.day);
}

function showClock(clock) {
  home.today = dayOf(clock);
  setText(byId("time"), clock.time);
  showDay();
}

function showBattery(battery) {
  show("soc", battery.soc_percent);
  show("stored", battery.stored_kwh);
  show("capacity", battery.capacity_kwh);
  show("power", battery.power_kw);
  setText(byId("battery-title"), `The car’s battery at ${number(battery.soc_percent)} %, charging ${battery.charging}`);
  byId("battery-fill").setAttribute("width", battery.soc_percent);
  for (const end of ["x1", "x2"]) byId("battery-limit").setAttribute(end, battery.limit_percent);
  showCharging(battery.charging);
}

/** What is pending charges later, when the car is plugged in; until then the battery says "off". */
function showCharging(charging) {
  body.dataset.charging = charging;
  const next = charging === "on" || home.car?.pending ? "off" : "on";
  byId("charge").dataset.next = next;
  byId("charge").form.elements.charging.value = next;
}

function showPrice(now) {
  show("price", now.price);
  setText(byId("price-unit"), now.unit);
}

function showGrid(grid) {
  const overload = byId("overload");
  overload.hidden = !grid.overload;
  if (grid.overload) setText(overload, `Over the fuse: the home draws ${kilowatts(grid.power_kw)} of ${kilowatts(grid.fuse_kw)}.`);
}

const SHOWN = {
  clock: showClock,
  battery: showBattery,
  price: showPrice,
  grid: showGrid,
  baseload: (baseload) => show("base-kw", baseload.power_kw),
  car: () => home.battery && showCharging(home.battery.charging),
};

function startCharging() {
  const button = byId("charge");
  button.form.hidden = false;
  button.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    button.disabled = true;
    const answer = await send("charge", { charging: button.dataset.next });
    if (answer?.charging) showCharging(answer.pending ? "off" : answer.charging);
    button.disabled = false;
    // Disabling took the focus away; who works by keyboard wants it back, unless it has gone elsewhere.
    if (document.activeElement === body) button.focus({ preventScroll: true });
  });
}

/** What came in the HTML reads as the rest will: in the reader's locale. */
function localise() {
  for (const id of Object.keys(WRITTEN)) {
    const value = Number(byId(id).textContent);
    if (Number.isFinite(value)) show(id, value);
  }
  showDay();
}

/** Another run counts its days from its own start, and may ask for a token: what only the HTML tells is read anew. */
async function learnAnew(heard) {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const name of ["day", "dayNumber", "token"]) body.dataset[name] = page.body.dataset[name] ?? body.dataset[name];
    if (home.clock) heard("clock", home.clock);
  } catch { /* the stream says whether the agent is there; until then what was known holds */ }
}

localise();
if (hasCar) startCharging();
startHomes();

/** The parts that only some homes need are loaded by those alone. */
async function furtherParts() {
  const files = [];
  if (body.dataset.topics.split(" ").includes("car")) files.push(import("./car.js").then(({ startCar }) => startCar(home)));
  if (body.dataset.topics.includes("car-2/")) files.push(import("./further_cars.js").then(({ startFurtherCars }) => startFurtherCars(home)));
  if (hasDevice("storage")) files.push(import("./storage.js").then(({ startStorage }) => startStorage(home)));
  if (canExport) files.push(import("./flows.js").then(({ startFlows }) => startFlows(home)));
  return Promise.all(files);
}

const day = startDay(home);
const parts = [...(hasCar ? [startControls(home)] : []), startClock(home), startDevices(home), day.heard, startHistory(home), ...await furtherParts()];
const heard = (topic, payload) => {
  home[topic] = payload;
  SHOWN[topic]?.(payload);
  for (const part of parts) part(topic);
};
const silent = listen(home.base, { heard, connected: day.anew, changed: showLive, restarted: () => learnAnew(heard) });
watchHealth(silent);
