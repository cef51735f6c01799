// The further devices of the home: facts of each, and a switch where it tells of one. The home battery has storage.js.
import { send } from "./commands.js";
import { kilowattHours, kilowatts, setText } from "./format.js";

const byId = (id) => document.getElementById(id);
const devices = document.body.dataset.devices.split(" ").filter(Boolean);

export const hasDevice = (topic) => devices.includes(topic);
export const hasCar = document.body.dataset.topics.split(" ").includes("battery");
/** Only a home with one of these can give to the grid. */
export const canExport = hasDevice("solar") || hasDevice("storage");

const NAMES = { solar: "Sun", storage: "Home battery" };

/** "heater" → "Heater", "car-2" → "Car 2" */
export const deviceName = (topic) => NAMES[topic] ?? topic.charAt(0).toUpperCase() + topic.slice(1).replaceAll(/[-_]/g, " ");

/** The facts of the devices that have words of their own. */
const FACTS = {
  solar: [
    { id: "power", heading: "The sun gives", text: (told) => kilowatts(told.power_kw) },
    { id: "today", heading: "Sun expected today", text: (told) => kilowattHours(told.forecast_today_kwh) },
    { id: "tomorrow", heading: "Sun expected tomorrow", text: (told) => kilowattHours(told.forecast_tomorrow_kwh) },
  ],
};
const factsOf = (topic) => FACTS[topic] ?? [{ id: "power", heading: `${deviceName(topic)} draws`, text: (told) => kilowatts(told.power_kw) }];

export function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

export function addField(label, ...children) {
  return byId("settings").appendChild(element("div", { className: "field" }, label, ...children));
}

/** A select with its label among the settings. @return it */
export function addSelect(id, label, options) {
  const select = element("select", { id }, ...options.map(([value, textContent]) => element("option", { value, textContent })));
  addField(element("label", { htmlFor: id, textContent: label }), select);
  return select;
}

/** A field for a number with its label and unit. @return it */
export function addNumber(id, label, unit, limits) {
  const input = element("input", { id, type: "number", step: "any", inputMode: "decimal", ...limits });
  addField(element("label", { htmlFor: id, textContent: label }),
    element("span", { className: "with-unit" }, input, element("span", { textContent: unit })));
  return input;
}

/**
 * A line among the facts.
 * @param more  a smaller text below it
 * @return what to call with what the device tells
 */
export function addFact(topic, { id, heading, text, more }) {
  const main = element("span", { id: `${topic}-${id}` });
  const line = element("dd", {}, main);
  byId("facts").append(element("div", {}, element("dt", { textContent: heading }), line));
  const small = more && element("span", { id: `${topic}-${more.id}`, className: "unit below" });
  if (more) line.append(" ", small);
  return (told) => {
    setText(main, text(told));
    if (more) setText(small, more.text(told));
  };
}

/** A button for what is "on" or "off". */
function addSwitch(topic) {
  let wanted = {};
  const button = element("button", { type: "button", className: "plain-button", id: `${topic}-switch` });
  button.addEventListener("click", () => send(topic, wanted));
  const field = addField(element("span", { className: "label", textContent: deviceName(topic) }), button);
  field.hidden = true;
  return (told) => {
    const key = Object.keys(told).find((name) => told[name] === "on" || told[name] === "off");
    field.hidden = key === undefined;
    if (key === undefined) return;
    wanted = { [key]: told[key] === "on" ? "off" : "on" };
    setText(button, `Switch ${wanted[key]}`);
  };
}

const showsOf = (topic) => [...factsOf(topic).map((fact) => addFact(topic, fact)), addSwitch(topic)];

/** @return what to call with each topic that `home` has heard */
export function startDevices(home) {
  const shows = new Map(devices.filter((topic) => topic !== "storage").map((topic) => [topic, showsOf(topic)]));
  return (topic) => { for (const show of shows.get(topic) ?? []) show(home[topic]); };
}
