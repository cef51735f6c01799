// What the reader sets: mode, target, limit, departure; and the plan that comes of it.
import { send } from "./commands.js";
import { addNumber } from "./devices.js";
import { blockSpan, kilowattHours, kilowatts, minuteOfDay, money, number, price, sentence, setText, spanWords, timeOfDay } from "./format.js";
import { laterSentence, laterSpans } from "./later_plans.js";
import { Setting } from "./setting.js";

const byId = (id) => document.getElementById(id);
const MODE_WORDS = {
  manual: "The car charges when you say so, with the button.",
  cheapest: "The agent charges in the cheapest hours before you leave. The button takes over by hand.",
  lowest_load: "The agent charges when the house itself draws least. The button takes over by hand.",
  immediate: "The car charges up to the target as soon as it is plugged in. The button takes over by hand.",
  solar: "The car charges with what the sun gives and the house leaves, up to the target. The button takes over by hand.",
};
/** Those that plan ahead; the others decide at the moment. */
const PLANNING = new Set(["cheapest", "lowest_load"]);
class ModeChoice {
  constructor() {
    this.sending = 0;
    this.radios = [...document.querySelectorAll("input[name=mode]")];
    for (const radio of this.radios) radio.addEventListener("change", () => this.submit(radio.value));
  }

  async submit(mode) {
    this.sending += 1;
    setText(byId("mode-words"), MODE_WORDS[mode]);
    const answer = await send("mode", { mode });
    this.sending -= 1;
    if (answer?.mode) this.held = answer.mode;
    this.show(this.held);
  }

  show(mode) {
    this.held = mode;
    if (this.sending > 0) return;
    for (const radio of this.radios) radio.checked = radio.value === mode;
    setText(byId("mode-words"), MODE_WORDS[mode] ?? "");
  }
}

/** There is no plan, and so no cost of it, while the charger does not reach the car. */
function planSentence(plan) {
  if (plan.cost === null) return "Nothing to charge before the car is plugged in.";
  if (plan.blocks.length === 0) return `Nothing to charge for ${number(plan.target, 0, 1)} % by ${plan.ready_by}.`;
  const cost = `${kilowattHours(plan.energy_kwh)} for ${money(plan.cost, plan.currency)}`;
  const start = plan.start_cost > 0 ? `, and ${money(plan.start_cost, plan.currency)} for starting` : "";
  return `${number(plan.target, 0, 1)} % by ${plan.ready_by}: ${cost}${start}. Charged at once it would be ${money(plan.cost_now, plan.currency)}.`;
}

function blockSentence(block, span, unit) {
  const numbers = `${kilowatts(block.kw)}, ${kilowattHours(block.kwh)} at ${price(block.price, unit)}`;
  return `${spanWords(span)}: ${numbers}. ${sentence(block.why)}`;
}

function noteSentence(plan) {
  if (!(plan.shortfall_kwh > 0)) return plan.note ? sentence(plan.note) : "";
  const lacks = `${kilowattHours(plan.shortfall_kwh)} will be missing from the target`;
  return sentence(plan.note ? `${lacks}: ${plan.note}` : lacks);
}

/** The line beside the heading of the day: what comes next. */
function planShort(plan, spans, now) {
  if (!PLANNING.has(plan.mode)) return "";
  const next = spans.find((span) => span.end > now);
  if (!next) return "Nothing more planned";
  return next.start <= now ? `Planned to charge until ${timeOfDay(next.end % 1440)}` : `Next charging: ${spanWords(next)}`;
}

function showList(list, sentences) {
  while (list.children.length > sentences.length) list.lastElementChild.remove();
  sentences.forEach((sentence, index) => setText(list.children[index] ?? list.appendChild(document.createElement("li")), sentence));
}

function showPlan(home) {
  const { plan, clock } = home;
  if (!plan || !clock) return;
  const now = minuteOfDay(clock.time);
  const spans = plan.blocks.map((block) => blockSpan(block, now, minuteOfDay(plan.ready_by)));
  const later = plan.later ?? [];
  setText(byId("plan-short"), planShort(plan, spans.concat(later.flatMap((stay) => laterSpans(stay, clock.date))), now));
  byId("plan").hidden = !PLANNING.has(plan.mode);
  if (!PLANNING.has(plan.mode)) return;
  setText(byId("plan-words"), planSentence(plan));
  const unit = home.price?.unit ?? `${plan.currency}/kWh`;
  const sentences = plan.blocks.map((block, index) => blockSentence(block, spans[index], unit));
  showList(byId("plan-blocks"), sentences);
  showList(byId("plan-later"), later.map((stay) => laterSentence(stay, plan, clock.date)));
  byId("plan-later").hidden = later.length === 0;
  setText(byId("plan-note"), noteSentence(plan));
  byId("plan-note").hidden = noteSentence(plan) === "";
}

function startDischarge() {
  const dialog = byId("discharge-dialog");
  byId("discharge").addEventListener("click", () => { dialog.returnValue = "no"; dialog.showModal(); });
  dialog.addEventListener("close", () => { if (dialog.returnValue === "yes") send("discharge", { discharging: "on" }); });
}

/** What the charger may draw at most, where it is told of. @return what to call with it */
function startChargePower() {
  const power = addNumber("charge-power", "Charging power at most", "kW", { min: 0 });
  const field = power.closest(".field");
  const setting = new Setting([power], "charge_power", "charge_power", Number);
  field.hidden = true;
  return (told) => {
    field.hidden = told === undefined;
    if (!field.hidden) setting.show(told);
  };
}

/** @return what to call with each topic that `home` has heard */
export function startControls(home) {
  const mode = new ModeChoice();
  const target = new Setting([byId("target"), byId("target-slider")], "target", "target", Number);
  const limit = new Setting([byId("limit"), byId("limit-slider")], "charge_limit", "charge_limit", Number);
  const readyBy = new Setting([byId("ready-by")], "ready_by", "ready_by", String);
  const showChargePower = startChargePower();
  startDischarge();
  return (topic) => {
    if (topic === "battery") {
      limit.show(home.battery.limit_percent);
      showChargePower(home.battery.charge_power_kw);
    }
    if (topic === "plan") {
      mode.show(home.plan.mode);
      target.show(home.plan.target);
      readyBy.show(home.plan.ready_by);
    }
    if (topic === "plan" || topic === "clock" || topic === "price") showPlan(home);
  };
}
