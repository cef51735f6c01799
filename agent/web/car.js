// A car that leaves: whether it is there, when it goes and what that takes, and its plug.
import { send } from "./commands.js";
import { kilowattHours, momentWords, setText } from "./format.js";

const byId = (id) => document.getElementById(id);
const BUTTON = {
  here: ["Start charging", "Stop charging"],
  unplugged: ["Charge when plugged in", "Do not charge when plugged in"],
  away: ["Charge on return", "Do not charge on return"],
};

/** @param back when it is expected, where a plan has that */
function placeWords(car, clock, back) {
  if (car.away) return back ? `Away, back ${momentWords(back, clock.date)}.` : "Away until it comes back.";
  return car.plugged ? "Plugged in." : "At home, unplugged.";
}

/** While it is away the departure is that of the trip that it is on. */
function tripWords(car, clock) {
  if (!car.departure || !clock) return "";
  const left = car.away && car.departure <= `${clock.date}T${clock.time}~`;
  const trip = car.trip_kwh > 0 ? `; the trip takes ${kilowattHours(car.trip_kwh)}` : "";
  return `${left ? "It left" : "It leaves"} ${momentWords(car.departure, clock.date)}${trip}.`;
}

const strandedWords = ({ stranded_kwh: lacked }) => (lacked > 0 ? `On its trips ${kilowattHours(lacked)} were lacking so far.` : "");

function showButton(car) {
  const [start, stop] = BUTTON[car.away ? "away" : car.plugged ? "here" : "unplugged"];
  setText(document.querySelector("#charge .when-on"), start);
  setText(document.querySelector("#charge .when-off"), stop);
}

function showCar({ car, clock, plan }) {
  setText(byId("car-place"), placeWords(car, clock, clock && plan?.later?.[0]?.back));
  setText(byId("car-trip"), [tripWords(car, clock), strandedWords(car)].filter(Boolean).join(" "));
  const plug = byId("plug");
  setText(plug, car.plugged ? "Unplug" : "Plug in");
  plug.dataset.next = car.plugged ? "off" : "on";
  plug.disabled = car.away;
  showButton(car);
}

/** @return what to call with each topic that `home` has heard */
export function startCar(home) {
  byId("car-state").hidden = false;
  byId("plug").addEventListener("click", () => send("plug", { plug: byId("plug").dataset.next }));
  return (topic) => { if (home.car && ["car", "clock", "plan"].includes(topic)) showCar(home); };
}
