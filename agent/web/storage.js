// The battery of the home: what it does, and the settings of its mode and its reserve.
import { addFact, addNumber, addSelect, deviceName } from "./devices.js";
import { kilowatts, percent, setText } from "./format.js";
import { Setting } from "./setting.js";

const NAME = deviceName("storage");
const MODES = [
  ["self_consumption", "Keeps the sun for the home"],
  ["hold", "Rests"], ["charge", "Charges"], ["discharge", "Gives"],
  ["plan", "Plans by the prices"],
];

/** What the home battery does with its power, which is below zero when it gives. */
export function storageWords(power) {
  if (power > 0) return `charges with ${kilowatts(power)}`;
  return power < 0 ? `gives ${kilowatts(-power)}` : "rests";
}

function addSettings() {
  setText(document.getElementById("discharge-label"), "The car’s battery");
  const select = addSelect("storage-mode", NAME, MODES);
  const reserve = addNumber("storage-reserve", "Reserve of the home battery", "%", { min: 0, max: 100 });
  const mode = new Setting([select], "storage_mode", "storage_mode", String);
  const least = new Setting([reserve], "storage_reserve", "storage_reserve", Number);
  return (told) => { mode.show(told.mode); least.show(told.reserve_percent); };
}

/** @return what to call with each topic that `home` has heard */
export function startStorage(home) {
  const fact = {
    id: "soc", heading: NAME, text: (told) => percent(told.soc_percent),
    more: { id: "power", text: (told) => storageWords(told.power_kw) },
  };
  const shows = [addFact("storage", fact), addSettings()];
  return (topic) => { if (topic === "storage") for (const show of shows) show(home.storage); };
}
