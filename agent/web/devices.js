// The further devices of the home, whatever they are: what each draws, and a switch where it tells of one.
import { send } from "./commands.js";
import { kilowatts, setText } from "./format.js";

const byId = (id) => document.getElementById(id);
const devices = document.body.dataset.devices.split(" ").filter(Boolean);

/** "heater" → "Heater", "car-2" → "Car 2" */
export const deviceName = (topic) => topic.charAt(0).toUpperCase() + topic.slice(1).replaceAll(/[-_]/g, " ");

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A line among the facts, and a button among the settings for what is "on" or "off". */
class DeviceView {
  constructor(topic) {
    this.topic = topic;
    this.power = element("dd", { id: `${topic}-power` });
    byId("facts").append(element("div", {}, element("dt", { textContent: `${deviceName(topic)} draws` }), this.power));
    this.button = element("button", { type: "button", className: "plain-button", id: `${topic}-switch` });
    this.button.addEventListener("click", () => send(topic, { [this.key]: this.next }));
    this.field = element("div", { className: "field", hidden: true }, element("span", { className: "label", textContent: deviceName(topic) }), this.button);
    byId("settings").append(this.field);
  }

  show(told) {
    setText(this.power, kilowatts(told.power_kw));
    this.key = Object.keys(told).find((key) => told[key] === "on" || told[key] === "off");
    this.field.hidden = this.key === undefined;
    if (this.key === undefined) return;
    this.next = told[this.key] === "on" ? "off" : "on";
    setText(this.button, `Switch ${this.next}`);
  }
}

/** @return what to call with each topic that `home` has heard */
export function startDevices(home) {
  const views = new Map(devices.map((topic) => [topic, new DeviceView(topic)]));
  return (topic) => views.get(topic)?.show(home[topic]);
}
