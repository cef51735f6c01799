// Numbers and times as people read them.

const MINUTES_PER_DAY = 1440;

// Some systems report a language that is none ("C", "en-US@posix"), on which Intl throws.
const language = (() => {
  try {
    return Intl.getCanonicalLocales(navigator.language)[0];
  } catch {
    return undefined;
  }
})();

const formats = new Map();

/** `value` with `least` to `most` decimals, or a dash where there is none. */
export function number(value, least = 0, most = least) {
  if (typeof value !== "number" || !Number.isFinite(value)) return "–";
  const key = `${least}/${most}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(language, { minimumFractionDigits: least, maximumFractionDigits: most }));
  }
  // What rounds to nothing has no sign: "-0.00" reads like a loss.
  return formats.get(key).format(Math.abs(value) < 0.5 / 10 ** most ? 0 : value);
}

export const percent = (value) => `${number(value, 0, 1)} %`;
export const kilowatts = (value) => `${number(value, 1, 2)} kW`;
export const kilowattHours = (value) => `${number(value, 1)} kWh`;
export const money = (value, currency) => `${number(value, 2)} ${currency}`;

/** Without its unit. Two decimals as on a bill; a third where the currency is so dear that two say little. */
export const priceNumber = (value) => number(value, Math.abs(value) < 0.2 ? 3 : 2);
export const price = (value, unit) => `${priceNumber(value)} ${unit}`;

/** Sets the text only where it differs: a screen reader hears no repetition, the browser lays out nothing anew. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** The agent's reasons begin small and end without a stop, as befits a protocol. */
export function sentence(words) {
  const begun = words.charAt(0).toUpperCase() + words.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** "07:30" or "2026-11-22T07:30:00+01:00" → 450. The wall clock of the home counts, not the reader's zone. */
export function minuteOfDay(moment) {
  const [, hours, minutes] = /(\d\d):(\d\d)/.exec(moment);
  return Number(hours) * 60 + Number(minutes);
}

/** 450 → "07:30"; 1440 → "24:00", the end of the day. */
export function timeOfDay(minute) {
  const pad = (part) => String(part).padStart(2, "0");
  return `${pad(Math.floor(minute / 60))}:${pad(minute % 60)}`;
}

/** "2026-11-22" and -6 → "2026-11-16". In UTC, where every day has 24 hours. */
export function addDays(date, days) {
  const moved = new Date(`${date}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10);
}

const dates = new Intl.DateTimeFormat(language, { timeZone: "UTC", day: "numeric", month: "short" });

/** A day as the agent writes it: "3" → "Day 3", "2026-11-22" → "22 Nov" in the reader's language. */
export function dayName(day) {
  return /^\d+$/.test(day) ? `Day ${day}` : dates.format(new Date(`${day}T00:00:00Z`));
}

const weekdays = new Intl.DateTimeFormat(language, { timeZone: "UTC", weekday: "short", day: "numeric", month: "short" });

/** "2026-06-27" → "Sat, Jun 27" in the reader's language. */
export const weekdayName = (date) => weekdays.format(new Date(`${date}T00:00:00Z`));

/** "today at 07:30", "on Sat 27 Jun at 10:00": by the home's clock. */
export function momentWords(moment, today) {
  const [day] = moment.split("T");
  const time = timeOfDay(minuteOfDay(moment));
  if (day === today) return `today at ${time}`;
  return day === addDays(today, 1) ? `tomorrow at ${time}` : `on ${weekdayName(day)} at ${time}`;
}

const DAY_WORDS = { "-1": "yesterday ", 0: "", 1: "tomorrow ", 2: "the day after tomorrow " };

/** "02:00–05:00", with its day where that is not today. */
export function spanWords({ start, end }) {
  const day = Math.floor(start / MINUTES_PER_DAY);
  const clock = (minute) => timeOfDay(minute - Math.floor(minute / MINUTES_PER_DAY) * MINUTES_PER_DAY);
  return `${DAY_WORDS[day] ?? `in ${day} days `}${clock(start)}–${end === MINUTES_PER_DAY ? "24:00" : clock(end)}`;
}

/**
 * When a block of a plan starts and ends, in minutes from 00:00 of the present day: negative before it, over 1440
 * tomorrow. A block names only the time of day; it lies in the 24 hours that end at the next departure, since the
 * agent plans anew at each departure and never beyond the next.
 */
export function blockSpan(block, now, readyBy) {
  const departure = readyBy > now ? readyBy : readyBy + MINUTES_PER_DAY;
  const opening = departure - MINUTES_PER_DAY;
  const length = (minuteOfDay(block.end) - minuteOfDay(block.start) + MINUTES_PER_DAY) % MINUTES_PER_DAY;
  let start = minuteOfDay(block.start);
  while (start >= departure) start -= MINUTES_PER_DAY;
  while (start < opening) start += MINUTES_PER_DAY;
  return { start, end: start + (length || MINUTES_PER_DAY) };
}
