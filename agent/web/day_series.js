// The day as stretches of time with a value each: { from, to, value }, in minutes from 00:00 of the home's day.
import { blockSpan, minuteOfDay } from "./format.js";
import { laterSpans } from "./later_plans.js";

export const DAY = 1440;
const HOUR = 60;

/** A profile of 24 or 96 values over the day. */
export function profileStretches(values = []) {
  const length = DAY / values.length;
  return values.map((value, index) => ({ from: index * length, to: (index + 1) * length, value }));
}

/**
 * What the car drew (or the sun gave), kW, from a column of the history. The running row has only part of its energy, so
 * there the present power counts, up to now; as it does where a row is still on its way.
 */
export function pastStretches(rows, column, now, powerNow) {
  const stretches = [];
  for (const row of rows) {
    const from = minuteOfDay(row.start);
    const running = from + row.minutes > now;
    const value = running ? powerNow : (row[column] ?? 0) * (HOUR / row.minutes);
    const to = running ? now : from + row.minutes;
    if (value > 0 && to > from) stretches.push({ from, to, value });
  }
  const last = rows.at(-1);
  const told = last ? minuteOfDay(last.start) + last.minutes : now;
  if (powerNow > 0 && told < now && now - told <= 2 * last.minutes) stretches.push({ from: told, to: now, value: powerNow });
  return stretches;
}

/** What the plan has the car draw from now to the end of the day, kW. */
export function plannedStretches(plan, now, today) {
  if (!plan?.blocks || plan.mode === "manual") return [];
  const later = (plan.later ?? []).flatMap((stay) => laterSpans(stay, today).map((span, index) => ({ ...span, value: stay.blocks[index].kw })));
  return plan.blocks
    .map((block) => ({ ...blockSpan(block, now, minuteOfDay(plan.ready_by)), value: block.kw }))
    .concat(later)
    .map(({ start, end, value }) => ({ from: Math.max(start, now), to: Math.min(end, DAY), value }))
    .filter(({ from, to }) => to > from)
    .sort((one, other) => one.from - other.from);
}

/** The stretches upon those of `ground`: what car and house draw together, which is what the fuse bears. */
export function upon(stretches, ground) {
  return stretches.flatMap((one) => ground
    .filter((below) => below.to > one.from && below.from < one.to)
    .map((below) => ({ from: Math.max(one.from, below.from), to: Math.min(one.to, below.to), value: one.value + below.value })));
}

/** The points of a line along the stretches, x in hours; no line where no stretch is. `boxed` closes each to zero. */
export function points(stretches, boxed = false) {
  const line = [];
  stretches.forEach(({ from, to, value }, index) => {
    const joined = index > 0 && stretches[index - 1].to === from;
    if (boxed && !joined) line.push({ x: from / HOUR, y: 0 });
    line.push({ x: from / HOUR, y: value }, { x: to / HOUR, y: value });
    if (stretches[index + 1]?.from === to) return;
    if (boxed) line.push({ x: to / HOUR, y: 0 });
    line.push({ x: to / HOUR, y: null });
  });
  return line;
}

export const valueAt = (stretches, minute) => stretches.find(({ from, to }) => from <= minute && minute < to)?.value;

/** The integral over [from, to), in value-hours: kW become kWh. */
function sum(stretches, from, to) {
  return stretches.reduce((total, stretch) => {
    const shared = Math.min(stretch.to, to) - Math.max(stretch.from, from);
    return shared > 0 ? total + (stretch.value * shared) / HOUR : total;
  }, 0);
}

/** The hours of the day for the table: mean price and power, energy of the car. */
export function hours(series) {
  return Array.from({ length: DAY / HOUR }, (_, hour) => {
    const within = (stretches) => sum(stretches, hour * HOUR, (hour + 1) * HOUR);
    const names = ["price", "house", "car", "plan", "sun", "export"];
    return { from: hour * HOUR, ...Object.fromEntries(names.map((name) => [name, within(series[name])])) };
  });
}

/** Where a series is lowest and highest: the stretches. */
export function extremes(stretches) {
  const by = (better) => stretches.reduce((best, one) => (better(one.value, best.value) ? one : best), stretches[0]);
  return { low: by((one, best) => one < best), high: by((one, best) => one > best) };
}
