// The clock of all simulated homes: pause, step, speed.
import { send } from "./commands.js";
import { number, setText } from "./format.js";

const byId = (id) => document.getElementById(id);
const tell = (command) => send("clock", command, document.body.dataset.root);

/** "4 s", "1 min", "1 h" of so many seconds */
function duration(seconds) {
  if (seconds < 60) return `${number(seconds, 0, 3)} s`;
  return seconds < 3600 ? `${number(seconds / 60, 0, 1)} min` : `${number(seconds / 3600, 0, 1)} h`;
}

/** The speed that holds is among the choices, also where somebody else has set it. */
function showSpeed(select, seconds) {
  const value = String(seconds);
  if (select === document.activeElement || select.value === value) return;
  if (![...select.options].some((option) => option.value === value)) {
    const slower = [...select.options].find((option) => Number(option.value) > seconds) ?? null;
    select.insertBefore(new Option(duration(seconds), value), slower);
  }
  select.value = value;
}

/** @return what to call with each topic that `home` has heard */
export function startClock(home) {
  const run = byId("clock-run");
  const speed = byId("clock-speed");
  run.addEventListener("click", () => tell(run.dataset.running === "true" ? { pause: true } : { run: true }));
  for (const button of document.querySelectorAll("button[data-step]")) {
    button.addEventListener("click", () => tell({ step: button.dataset.step }));
  }
  speed.addEventListener("change", () => { tell({ seconds_per_hour: Number(speed.value) }); speed.blur(); });
  return (topic) => {
    if (topic !== "clock") return;
    run.dataset.running = String(home.clock.running);
    setText(run, home.clock.running ? "Pause" : "Go on");
    showSpeed(speed, home.clock.seconds_per_hour);
  };
}
