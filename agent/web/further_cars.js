// The cars beside the first: what each has and draws, its button and its settings.
import { send } from "./commands.js";
import { addFact, addField, addNumber, addSelect, deviceName, element } from "./devices.js";
import { kilowatts, percent, setText } from "./format.js";
import { Setting } from "./setting.js";

const topics = document.body.dataset.topics.split(" ");

/** "car-2", "car-3" */
export const furtherCars = topics.filter((topic) => /^car-\d+\/battery$/.test(topic)).map((topic) => topic.split("/")[0]);

/** Those of the first car, with their words. */
const MODES = [...document.querySelectorAll("input[name=mode]")].map((radio) => [radio.value, radio.nextElementSibling.textContent]);

function doesWords(battery, car) {
  if (car?.away) return "is away";
  if (car && !car.plugged) return "is unplugged";
  return battery.power_kw > 0 ? `draws ${kilowatts(battery.power_kw)}` : "does not charge";
}

/** @return what to call with the car's battery and, where it leaves, its comings and goings */
function addFactOf(name) {
  let car;
  const show = addFact(name, {
    id: "soc", heading: deviceName(name), text: (battery) => percent(Math.round(battery.soc_percent)),
    more: { id: "does", text: (battery) => doesWords(battery, car) },
  });
  return (battery, told) => { car = told; show(battery); };
}

/** @return what to call with whether it charges, or will when it is plugged in */
function addButton(name) {
  const button = element("button", { type: "button", className: "plain-button", id: `${name}-charge` });
  let next = "on";
  button.addEventListener("click", () => send(`${name}/charge`, { charging: next }));
  addField(element("span", { className: "label", textContent: deviceName(name) }), button);
  return (charges) => {
    next = charges ? "off" : "on";
    setText(button, charges ? "Stop charging" : "Start charging");
  };
}

function startCar(home, name) {
  const showFact = addFactOf(name);
  const showButton = addButton(name);
  const mode = new Setting([addSelect(`${name}-mode`, `${deviceName(name)} charges`, MODES)], `${name}/mode`, "mode", String);
  const percents = { min: 20, max: 100 };
  const target = new Setting([addNumber(`${name}-target`, `${deviceName(name)}, target of the plan`, "%", percents)], `${name}/target`, "target", Number);
  return (topic) => {
    const [battery, car, plan] = ["battery", "car", "plan"].map((part) => home[`${name}/${part}`]);
    if (!topic.startsWith(`${name}/`) || !battery) return;
    showFact(battery, car);
    showButton(battery.charging === "on" || car?.pending);
    if (plan) mode.show(plan.mode);
    if (plan) target.show(plan.target);
  };
}

/** @return what to call with each topic that `home` has heard */
export function startFurtherCars(home) {
  const cars = furtherCars.map((name) => startCar(home, name));
  return (topic) => { for (const car of cars) car(topic); };
}
