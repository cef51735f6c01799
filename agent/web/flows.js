// The home as a picture: what gives and what takes power at the moment, with an arrow for each, as wide as its power.
import { deviceName, hasCar, hasDevice } from "./devices.js";
import { furtherCars } from "./further_cars.js";
import { kilowatts, number, percent, setText } from "./format.js";
import { storageWords } from "./storage.js";

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 34;
const HOUSE = { x: 180, y: 164, radius: 40 };
const BELOW = 276;
// Where what stands below the house is, by how many there are.
const COLUMNS = [[], [180], [100, 260], [52, 180, 308]];
const GAP = 5;
const WIDTH = { least: 2, more: 12 };
const FUSE_KW = 11;

/** Within 24 by 24. */
const ICONS = {
  house: "M3 11.5 12 4l9 7.5M5.5 9.5V20h13V9.5M10 20v-6h4v6",
  grid: "M7 21 10.5 3h3L17 21M5 8h14M6.5 12.5h11M8.6 12.5l6.6 5M15.4 12.5l-6.6 5",
  solar: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  car: "M3 16v-3.5L5.5 8h11l3 4.5 1.5.5v3zM5 12.5h14M9.2 16a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM18.6 16a2 2 0 1 1-4 0 2 2 0 0 1 4 0z",
  storage: "M3.5 8h15v9h-15zM18.5 11h2v3h-2M7 11v3M11 11v3M15 11v3",
  heater: "M12 3s6 6.8 6 11.2a6 6 0 0 1-12 0C6 9.8 12 3 12 3z",
  other: "M13 3 6 13h5l-1 8 8-11h-6z",
};

const drawn = (power, name) => `${name} draws ${kilowatts(power)}`;

/** What each tells: the kW that it gives to the house (below zero: takes), its name, and the same as a sentence. */
const KINDS = {
  grid: {
    place: () => ({ x: 46, y: HOUSE.y, above: true }),
    gives: ({ grid }) => grid?.power_kw,
    name: ({ grid }) => (grid?.power_kw < 0 ? "To the grid" : "Grid"),
    words: (power) => (power < 0 ? `${kilowatts(-power)} go to the grid` : `the grid gives ${kilowatts(power)}`),
  },
  car: {
    place: () => ({ x: 314, y: HOUSE.y, above: true }),
    gives: ({ battery }) => -battery?.power_kw,
    name: ({ car }) => (car?.away ? "Car, away" : "Car"),
    words: (power, { car }) => (car?.away ? "the car is away" : drawn(-power, "the car")),
  },
  solar: {
    place: () => ({ x: HOUSE.x, y: 42, beside: true }),
    gives: ({ solar }) => solar?.power_kw,
    name: () => "Sun",
    words: (power) => `the sun gives ${kilowatts(power)}`,
  },
  storage: {
    gives: ({ storage }) => -storage?.power_kw,
    name: ({ storage }) => (storage ? `Battery, ${percent(Math.round(storage.soc_percent))}` : "Battery"),
    words: (power, { storage }) => `the home battery at ${percent(storage.soc_percent)} ${storageWords(-power)}`,
  },
};

/** Of a further car. */
const further = (name) => ({
  gives: (home) => -home[`${name}/battery`]?.power_kw,
  name: (home) => (home[`${name}/car`]?.away ? `${deviceName(name)}, away` : deviceName(name)),
  words: (power, home) => {
    const car = deviceName(name).toLowerCase();
    return home[`${name}/car`]?.away ? `${car} is away` : drawn(-power, car);
  },
});

/** Of a device that is known by its topic alone: it draws. */
const drawing = (topic) => ({
  gives: (home) => -home[topic]?.power_kw,
  name: () => deviceName(topic),
  words: (power) => drawn(-power, `the ${deviceName(topic).toLowerCase()}`),
});

function element(tag, attributes, ...children) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Where the name of a node stands. */
function labelAt({ x, y, above, beside }) {
  if (beside) return { x: x + RADIUS + 8, y: y + 5, "text-anchor": "start" };
  return { x, y: above ? y - RADIUS - 8 : y + RADIUS + 18, "text-anchor": "middle" };
}

function drawNode(picture, kind, place) {
  const { x, y } = place;
  const radius = kind === "house" ? HOUSE.radius : RADIUS;
  const power = element("text", { class: "kw", x, y: y + 18, "text-anchor": "middle" });
  const name = element("text", { class: "name", ...(kind === "house" ? { x: x + 30, y: y - 36, "text-anchor": "start" } : labelAt(place)) });
  picture.append(element("g", { class: `node node-${kind}` },
    element("circle", { cx: x, cy: y, r: radius }),
    element("path", { d: ICONS[kind] ?? ICONS.other, transform: `translate(${x - 12} ${y - 24})` }), power, name));
  return { power, name };
}

/** The outline of an arrow between two circles; without power a line. */
function arrow(from, to, width, pointed) {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [ux, uy] = [(to.x - from.x) / length, (to.y - from.y) / length];
  const start = from.radius + GAP;
  const end = length - to.radius - GAP;
  const neck = pointed ? end - width - 6 : end;
  const point = (along, aside) => `${(from.x + ux * along - uy * aside).toFixed(1)} ${(from.y + uy * along + ux * aside).toFixed(1)}`;
  const [half, wing] = [width / 2, width / 2 + 5];
  const head = pointed ? [point(neck, wing), point(end, 0), point(neck, -wing)] : [];
  return `M${[point(start, half), point(neck, half), ...head, point(neck, -half), point(start, -half)].join("L")}Z`;
}

/** As wide as the power is a part of what the main fuse bears. */
function widthOf(power, home) {
  const part = Math.min(1, Math.abs(power) / (home.grid?.fuse_kw || FUSE_KW));
  return power === 0 ? 1 : WIDTH.least + WIDTH.more * part;
}

class Flow {
  constructor(picture, topic, place) {
    const isCar = furtherCars.includes(topic);
    this.kind = isCar ? further(topic) : KINDS[topic] ?? drawing(topic);
    this.place = { ...place, radius: RADIUS };
    const looks = isCar ? "car" : topic;
    this.path = picture.appendChild(element("path", { class: `flow flow-${looks}` }));
    Object.assign(this, drawNode(picture, looks, place));
  }

  /** @return its sentence, or nothing before it has told anything */
  show(home) {
    const gives = this.kind.gives(home);
    if (!Number.isFinite(gives)) return [];
    const ends = gives < 0 ? [HOUSE, this.place] : [this.place, HOUSE];
    this.path.setAttribute("d", arrow(...ends, widthOf(gives, home), gives !== 0));
    this.path.classList.toggle("still", gives === 0);
    this.path.classList.toggle("out", gives < 0);
    setText(this.power, `${number(Math.abs(gives), 1)} kW`);
    setText(this.name, this.kind.name(home));
    return [this.kind.words(gives, home)];
  }
}

function makeFlows(picture) {
  const devices = [...document.body.dataset.devices.split(" ").filter((topic) => topic && !KINDS[topic]?.place), ...furtherCars];
  const columns = COLUMNS[devices.length] ?? devices.map((_, index) => 46 + (268 * index) / (devices.length - 1));
  const fixed = ["solar", "grid", "car"].filter((topic) => (topic !== "solar" || hasDevice("solar")) && (topic !== "car" || hasCar));
  return [
    ...fixed.map((topic) => new Flow(picture, topic, KINDS[topic].place())),
    ...devices.map((topic, index) => new Flow(picture, topic, { x: columns[index], y: BELOW })),
  ];
}

/** Sentences of all that has told something; the house first. */
function words(home, sentences) {
  const house = home.baseload ? [drawn(home.baseload.power_kw, "the house")] : [];
  const all = [...house, ...sentences].join(", ");
  return `${all.charAt(0).toUpperCase()}${all.slice(1)}.`;
}

/** @return what to call with each topic that `home` has heard */
export function startFlows(home) {
  const picture = document.getElementById("flows");
  const flows = makeFlows(picture);
  const house = drawNode(picture, "house", HOUSE);
  setText(house.name, "House");
  const show = () => {
    if (home.baseload) setText(house.power, `${number(home.baseload.power_kw, 1)} kW`);
    setText(document.getElementById("flows-words"), words(home, flows.flatMap((flow) => flow.show(home))));
  };
  // One tick brings several topics; they are drawn together.
  let awaited = false;
  return () => {
    if (awaited) return;
    awaited = true;
    requestAnimationFrame(() => { awaited = false; show(); });
  };
}
