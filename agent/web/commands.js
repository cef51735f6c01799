// Commands to the home, the receipts they get, and the token they may need: a cookie counts as it from then on.

import { sentence } from "./format.js";

const ANSWER_WITHIN_MS = 10000;
const MODES = {
  manual: "by hand", cheapest: "in the cheapest hours", lowest_load: "in the quietest hours", immediate: "at once when it is plugged in", solar: "with the sun",
};
const STORAGE_MODES = { self_consumption: "keeps the sun for the home", hold: "rests", charge: "charges", discharge: "gives", plan: "follows its plan" };

const byId = (id) => document.getElementById(id);
let asked = Promise.resolve();

/** What an answer says now holds, in words. */
function holds(answer) {
  const parts = [];
  if (answer.pending) parts.push("the car charges when it is plugged in");
  else if (answer.charging) parts.push(`charging is ${answer.charging}`);
  if (answer.plug) parts.push(`the car is ${answer.plug === "on" ? "plugged in" : "unplugged"}`);
  if (answer.discharging) parts.push("the battery goes to 20 %");
  if (answer.charge_limit !== undefined) parts.push(`the charge limit is ${answer.charge_limit} %`);
  if (answer.charge_power !== undefined) parts.push(`the charger draws at most ${answer.charge_power} kW`);
  if (answer.target !== undefined) parts.push(`the target is ${answer.target} %`);
  if (answer.ready_by !== undefined) parts.push(`the car is to be ready by ${answer.ready_by}`);
  if (answer.mode !== undefined) parts.push(`the car charges ${MODES[answer.mode] ?? answer.mode}`);
  if (answer.storage_mode !== undefined) parts.push(`the home battery ${STORAGE_MODES[answer.storage_mode] ?? answer.storage_mode}`);
  if (answer.storage_reserve !== undefined) parts.push(`the home battery keeps a reserve of ${answer.storage_reserve} %`);
  if (answer.running !== undefined) parts.push(`it is ${answer.time}, and time ${answer.running ? "goes on" : "stands still"}`);
  if (parts.length === 0) for (const [what, is] of Object.entries(answer)) if (what !== "durable") parts.push(`${what} is ${is}`);
  return parts.join(", and ") || "it holds now";
}

function tell(words, bad = false) {
  const receipt = byId("receipt");
  receipt.classList.toggle("bad", bad);
  // Emptied first: a screen reader is silent about a text that is replaced by itself.
  receipt.textContent = "";
  requestAnimationFrame(() => { receipt.textContent = words; });
}

/** @param whose  " for car 2", or nothing */
function tellTaken(answer, whose) {
  if (answer.durable !== false) return tell(`Taken${whose}: ${holds(answer)}.`);
  return tell(`Taken${whose}, but not saved: ${holds(answer)} until the agent restarts.`, true);
}

/** Asks for the token. @return it, or null where the reader would rather not */
function askToken(refused) {
  const dialog = byId("token-dialog");
  const field = byId("token");
  byId("token-words").textContent = refused
    ? "That token was not accepted. Please look it up and try again."
    : "Commands need the token that the agent was started with. This browser keeps a cookie in its place.";
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((answer) => {
    const form = dialog.querySelector("form");
    form.onsubmit = () => { dialog.returnValue = "send"; };
    byId("token-cancel").onclick = () => dialog.close("");
    dialog.onclose = () => {
      const token = field.value;
      field.value = "";
      answer(dialog.returnValue === "" || !token ? null : token);
    };
  });
}

async function post(path, body) {
  const headers = { "Content-Type": "application/json" };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body), signal });
  const answer = await response.json().catch(() => ({}));
  return { ok: response.ok, status: response.status, answer };
}

/** Asks until the token is the agent's. @return what came of it, or null where the reader would rather not */
async function signIn() {
  for (let refused = false; ; refused = true) {
    const token = await askToken(refused);
    if (token === null) return null;
    const result = await post(`${document.body.dataset.root}session`, { token });
    if (result.status === 400 || result.status === 401) continue;
    if (result.ok) {
      document.body.dataset.token = "none";
      byId("sign-out").hidden = false;
    }
    return result;
  }
}

async function postSignedIn(path, body) {
  const send = () => post(path, body);
  const first = document.body.dataset.token === "required" ? { status: 401 } : await send();
  if (first.status !== 401) return first;
  const signed = await signIn();
  return signed?.ok ? send() : signed;
}

async function carryOut(path, body, whose) {
  try {
    const result = await postSignedIn(path, body);
    if (result === null) tell("Not sent: the agent takes commands only with its token.", true);
    else if (result.ok) tellTaken(result.answer, whose);
    else tell(sentence(`Not taken: ${result.answer.error ?? `the agent answered ${result.status}`}`), true);
    return result?.ok ? result.answer : null;
  } catch {
    tell("No answer from the agent. Whether it took the command shows here once the page is live again.", true);
    return null;
  }
}

/**
 * Sends one command after the other.
 * @param folder  what its address begins with: the home's, unless all homes are meant
 * @return what holds now, or null where it was not taken (the reader is told)
 */
export function send(name, body, folder = document.body.dataset.base) {
  const [, car] = /^car-(\d+)\//.exec(name) ?? [];
  const answer = asked.then(() => carryOut(folder + name, body, car ? ` for car ${car}` : ""));
  asked = answer;
  return answer;
}
