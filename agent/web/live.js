// What the home tells, as it tells it, and whether the page still hears it.
import { setText } from "./format.js";

const TOPICS = document.body.dataset.topics.split(" ");
const HEALTH_EVERY_MS = 5000;
const LONGEST_WAIT_MS = 15000;

/** Where the agent asks for a token that it did not ask for before, or for another one, the page that asks is shown. */
async function askAgain(base) {
  const answer = await fetch(`${base}plan`, { method: "HEAD" }).catch(() => null);
  if (answer?.status === 401) location.reload();
}

/**
 * Hears the home's events. `heard(topic, payload)` for each; `changed(live)` when the connection comes or goes;
 * `restarted()` when another run of the agent speaks.
 * An EventSource connects anew by itself, except after an answer that is no stream: then a new one is made, later
 * each time, so that a thousand pages do not storm a server that is just starting.
 * A tab that is not looked at does not listen: browsers open six connections to a server at most, for all tabs together.
 * @return what to call when there are reasons to think that the stream is dead though it looks alive
 */
export function listen(base, { heard, connected, changed, restarted }) {
  let source = null;
  let retry = null;
  let wait = 1000;
  let run = null;
  const hear = (topic, { data, lastEventId }) => {
    if (lastEventId) {  // the last event of a batch brings it
      const speaks = lastEventId.slice(0, lastEventId.lastIndexOf("-"));
      if (run !== null && run !== speaks) restarted();
      run = speaks;
    }
    heard(topic, JSON.parse(data));
  };
  const open = () => {
    source = new EventSource(`${base}events`);
    source.onopen = () => { wait = 1000; connected(); changed(true); };
    source.onerror = () => {
      changed(false);
      if (source.readyState !== EventSource.CLOSED) return;
      askAgain(base);
      retry = setTimeout(open, wait);
      wait = Math.min(wait * 2, LONGEST_WAIT_MS);
    };
    for (const topic of TOPICS) {
      source.addEventListener(topic, (event) => hear(topic, event));
    }
  };
  const close = () => {
    clearTimeout(retry);
    source?.close();
    source = null;
    changed(false);
  };
  const look = () => {
    if (document.hidden) close();
    else if (!source) open();
  };
  document.addEventListener("visibilitychange", look);
  look();
  // A laptop that slept may have lost the stream without an error reaching the page.
  setInterval(() => changed(source?.readyState === EventSource.OPEN), 1000);
  return () => {
    if (source?.readyState !== EventSource.OPEN) return;
    close();
    look();
  };
}

export function showLive(live) {
  const element = document.getElementById("live");
  setText(element, live ? "live" : "not live");
  element.dataset.live = String(live);
}

function say(element, words) {
  if (words) setText(element, words);
  element.hidden = !words;
}

function brokerSentence(broker) {
  if (broker === "connecting") return "The agent is connecting to its MQTT broker. This page works meanwhile.";
  if (broker === "disconnected") return "The agent has no MQTT broker at the moment. This page works all the same.";
  return "";
}

/**
 * Says what ails the agent itself. One that does not answer is told to `silent`: of a machine that lost its power or
 * its network the stream hears nothing, not even its end.
 */
export function watchHealth(silent) {
  const store = document.getElementById("store-banner");
  const reason = document.getElementById("store-reason");
  const broker = document.getElementById("broker-note");
  const look = async () => {
    if (!document.hidden) await ask();
    setTimeout(look, HEALTH_EVERY_MS);
  };
  const ask = async () => {
    try {
      const answer = await fetch(`${document.body.dataset.root}healthz`, { cache: "no-store", signal: AbortSignal.timeout(HEALTH_EVERY_MS) });
      const health = await answer.json();
      if (health.store_error) setText(reason, health.store_error);
      store.hidden = health.store !== "failing";
      say(broker, brokerSentence(health.broker));
    } catch {
      silent();
    }
  };
  look();
}
