// What is measured of the page's look. Read by the tests and run in the page.

function visible(element) {
  const box = element.getBoundingClientRect();  // one pixel is left of what only screen readers get
  if (box.width <= 1 || box.height <= 1 || !element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false;
  // What only screen readers get, and the link that is shown on focus, are out of sight on purpose.
  return !element.closest(".visually-hidden, .skip");
}

const named = (element) => `${element.tagName.toLowerCase()}#${element.id}.${element.className?.baseVal ?? element.className} "${element.textContent.trim().slice(0, 30)}"`;

/** Within a box that scrolls or clips by itself an element may be wider than what is seen of it. */
function clipped(element) {
  for (let box = element.parentElement; box && box !== document.body; box = box.parentElement) {
    if (getComputedStyle(box).overflowX !== "visible") return true;
  }
  return false;
}

/** What stands out at the left or right of the window, or, for text, out of the card it is in. */
function overflowing() {
  const width = document.documentElement.clientWidth;
  const found = document.documentElement.scrollWidth > width ? [`the page is ${document.documentElement.scrollWidth} px wide, the window ${width}`] : [];
  for (const element of document.body.querySelectorAll("*")) {
    if (!visible(element) || clipped(element) || element.closest("svg svg")) continue;
    const box = element.getBoundingClientRect();
    if (box.right > width + 0.5 || box.left < -0.5) found.push(`${named(element)} from ${box.left} to ${box.right}`);
    if (element.scrollWidth > element.clientWidth + 1 && element.matches("p, dd, dt, button, label, span, li, a, h1, h2, legend, summary") &&
      getComputedStyle(element).display !== "inline") found.push(`${named(element)} holds ${element.scrollWidth} px in ${element.clientWidth}`);
  }
  return found;
}

function aboveTheFold(ids) {
  return ids.filter((id) => {
    const box = document.getElementById(id).getBoundingClientRect();
    return !visible(document.getElementById(id)) || box.top < 0 || box.bottom > innerHeight;
  });
}

/** A radio button is as large as the label that covers it. */
function smallTargets(least) {
  return [...document.querySelectorAll("button, input:not([type=hidden]), select, summary, a.plain-button")]
    .filter((element) => element.checkVisibility() && element.getBoundingClientRect().height < least - 0.01)
    .map((element) => `${named(element)} is ${element.getBoundingClientRect().height} px high`);
}

const parsed = (colour) => { const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number); return [red, green, blue, alpha]; };
const over = (top, ground) => [0, 1, 2].map((at) => top[at] * top[3] + ground[at] * (1 - top[3])).concat(1);

/** The colour behind a text: the backgrounds of all that holds it, one upon the other. */
function ground(element) {
  const layers = [];
  for (let box = element; box; box = box.parentElement) {
    layers.push(parsed(getComputedStyle(box).backgroundColor));
  }
  return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255, 1]);
}

function luminance([red, green, blue]) {
  const linear = (part) => { const share = part / 255; return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4; };
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function contrast(colour, background) {
  const [dark, light] = [luminance(over(parsed(colour), background)), luminance(background)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

/** WCAG 2.2, 1.4.3: 4.5 to 1, for large text (24 px, or bold 18.66 px) 3 to 1. */
function needed(style) {
  const size = parseFloat(style.fontSize);
  return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
}

/** { judged, faint }: how many texts were looked at, and which have too little contrast. */
function contrasts() {
  const faint = [];
  let judged = 0;
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !visible(element) || element.closest("svg, script")) continue;
    judged += 1;
    const style = getComputedStyle(element);
    const ratio = contrast(style.color, ground(element));
    if (ratio < needed(style)) faint.push(`${named(element)} has ${ratio.toFixed(2)}`);
  }
  for (const field of document.querySelectorAll("input:not([type=range], [type=radio], [type=hidden]), select")) {
    if (!visible(field)) continue;
    judged += 1;
    const ratio = contrast(getComputedStyle(field).color, ground(field));
    if (ratio < 4.5) faint.push(`${named(field)} has ${ratio.toFixed(2)}`);
  }
  return { judged, faint };
}

/** The charts' colours, which are no elements: the words of the axes as text, the lines as graphics (1.4.11: 3 to 1). */
function chartContrasts() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.body.appendChild(document.createElement("i"));
  const colour = (name) => { probe.style.color = `var(${name})`; return getComputedStyle(probe).color; };
  const card = parsed(colour("--card"));
  const wanted = { "--quiet": 4.5, "--chart-price": 4.5, "--bad": 3, "--chart-base": 3, "--chart-car": 3, "--chart-sun": 3, "--chart-export": 3, "--chart-store": 3, "--ink": 4.5 };
  const faint = Object.entries(wanted).map(([name, least]) => [name, contrast(colour(name), card), least])
    .filter(([, ratio, least]) => ratio < least).map(([name, ratio]) => `${name} ${style.getPropertyValue(name)} has ${ratio.toFixed(2)}`);
  probe.remove();
  return faint;
}

/** Long words, as other languages have them, wherever a label, a button or a word of the home stands. */
function lengthen(word) {
  const words = [
    "h1 .name", "h2", "dt", "legend", "label:not(:has(input))", ".label", ".segments span", "button", "button span", ".plain-button",
    "summary", "th", ".legend li", "#receipt", "#mode-words", "#plan-words", "#plan-short", "#live", "#broker-note", "#overload",
    "#home-chooser", "footer p", ".brand span", "#price-unit",
  ].join();
  for (const element of document.querySelectorAll(words)) {
    if (element.tagName === "INPUT") element.value = word;
    else if (element.children.length === 0) element.textContent = word;
    if (element.id.match(/note|overload/)) element.hidden = false;
  }
}
