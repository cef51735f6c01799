// What is planned for the car's stays at home after its next departure.
import { kilowattHours, minuteOfDay, momentWords, money, sentence, spanWords } from "./format.js";

const MINUTES_PER_DAY = 1440;
const MS_PER_DAY = 86_400_000;

/** Minutes from 00:00 of the date `today` to a moment that has a date. */
function minutesFrom(today, moment) {
  const [date] = moment.split("T");
  const days = (Date.parse(`${date}T00:00:00Z`) - Date.parse(`${today}T00:00:00Z`)) / MS_PER_DAY;
  return Math.round(days) * MINUTES_PER_DAY + minuteOfDay(moment);
}

/** When the blocks of a stay start and end, in minutes from 00:00 of the date `today`. */
export function laterSpans(stay, today) {
  return stay.blocks.map(({ start, end }) => ({ start: minutesFrom(today, start), end: minutesFrom(today, end) }));
}

/** "Back today at 17:15: 9.5 kWh for 5.12 SEK by tomorrow at 07:30, tomorrow 02:00–03:17." */
export function laterSentence(stay, plan, today) {
  const back = `Back ${momentWords(stay.back, today)}`;
  const by = momentWords(stay.departure, today).replace(/^on /, "");
  const lacks = stay.note ? ` ${sentence(stay.note)}` : "";
  if (stay.blocks.length === 0) return `${back}: nothing to charge by ${by}.${lacks}`;
  const spans = laterSpans(stay, today).map(spanWords).join(", ");
  return `${back}: ${kilowattHours(stay.energy_kwh)} for ${money(stay.cost, plan.currency)} by ${by}: ${spans}.${lacks}`;
}
