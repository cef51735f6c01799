// How charts look: colours from the style sheet, so that light and dark are decided in one place.

const COLOURS = {
  ink: "--ink", quiet: "--quiet", line: "--line", card: "--card", bad: "--bad", accent: "--accent",
  price: "--chart-price", base: "--chart-base", baseFill: "--chart-base-fill",
  car: "--chart-car", carFill: "--chart-car-fill", planFill: "--chart-plan-fill",
  sun: "--chart-sun", export: "--chart-export",
};

export function colours() {
  const style = getComputedStyle(document.documentElement);
  return Object.fromEntries(Object.entries(COLOURS).map(([name, variable]) => [name, style.getPropertyValue(variable).trim()]));
}

const DARK = "(prefers-color-scheme: dark)";
const WIDE = "(min-width: 40rem)";

/** Calls `repaint` when the system turns from light to dark or back, or the page becomes wide or narrow. */
export function onLookChange(repaint) {
  for (const query of [DARK, WIDE]) matchMedia(query).addEventListener("change", repaint);
}

/** @return Chart.js once it has been read; null where it cannot be, and the tables must do */
export async function chartLibrary() {
  if (document.readyState !== "complete") {
    await new Promise((loaded) => {
      window.addEventListener("load", loaded, { once: true });
      document.getElementById("chart-library").addEventListener("load", loaded, { once: true });
    });
  }
  return window.Chart ?? null;
}

const wide = () => matchMedia(WIDE).matches;

export function axis(look, title, more = {}) {
  return {
    border: { display: false },
    grid: { color: look.line, drawBorder: false, drawTicks: false },
    ticks: { color: look.quiet, font: { size: 12 }, padding: 6, ...more.ticks },
    title: { display: wide(), text: title, color: look.quiet, font: { size: 12 } },
    ...more.axis,
  };
}

export function tooltip(look, callbacks) {
  return {
    backgroundColor: look.card, titleColor: look.ink, bodyColor: look.ink, borderColor: look.quiet, borderWidth: 1,
    padding: 12, cornerRadius: 10, boxPadding: 6, titleFont: { size: 14 }, bodyFont: { size: 14 }, callbacks,
  };
}

/** What both charts share. */
export function commonOptions() {
  return { responsive: true, maintainAspectRatio: false, animation: false };
}

/** Brings the rows of a table to `rows`, arrays of texts, and touches only cells that differ. */
export function fillTable(table, rows) {
  const body = table.tBodies[0];
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((texts, index) => {
    const row = body.rows[index] ?? body.insertRow();
    while (row.cells.length > texts.length) row.deleteCell(-1);
    texts.forEach((text, column) => {
      const cell = row.cells[column] ?? row.insertCell();
      if (cell.textContent !== text) cell.textContent = text;
    });
  });
}
