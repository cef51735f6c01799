// The chooser of homes: a field that finds, since there may be a hundred thousand of them.

const SHOWN = 50;
const root = document.body.dataset.root;
const byId = (id) => document.getElementById(id);

/** The homes to show for `words`: those that begin with it, then those that contain it. */
export function matching(ids, words) {
  const wanted = words.trim().toLowerCase();
  const begins = [];
  const contains = [];
  for (const id of ids) {
    const at = id.toLowerCase().indexOf(wanted);
    if (at === 0) begins.push(id);
    else if (at > 0) contains.push(id);
  }
  return { shown: begins.concat(contains).slice(0, SHOWN), found: begins.length + contains.length };
}

class Chooser {
  constructor(input) {
    this.input = input;
    this.ids = null;
    this.active = -1;
    input.addEventListener("focus", () => { input.select(); this.open(""); });
    input.addEventListener("click", () => { if (byId("home-list-box").hidden) this.open(""); });
    input.addEventListener("input", () => this.open(input.value));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("keydown", (event) => this.key(event));
    // On mousedown, as the click comes after the blur that closes the list.
    byId("home-list-box").addEventListener("mousedown", (event) => event.preventDefault());
    byId("home-list").addEventListener("click", (event) => this.go(event.target.closest("li")?.textContent));
  }

  async open(words) {
    this.wanted = words;
    try {
      this.ids ??= (await (await fetch(`${root}homes`)).json()).homes;
    } catch {
      byId("home-list-note").textContent = "The list of homes could not be read.";
      byId("home-list-box").hidden = false;
      return;
    }
    if (document.activeElement !== this.input || words !== this.wanted) return;
    this.show(matching(this.ids, words));
  }

  show({ shown, found }) {
    const options = shown.map((id, index) => {
      const option = document.createElement("li");
      option.setAttribute("role", "option");
      option.id = `home-option-${index}`;
      option.textContent = id;
      option.setAttribute("aria-selected", "false");
      return option;
    });
    byId("home-list").replaceChildren(...options);
    const rest = found > shown.length ? `${shown.length} of ${found} shown. Type to find the others.` : "";
    byId("home-list-note").textContent = found === 0 ? "No home of that name." : rest;
    byId("home-list-box").hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    this.mark(-1);
  }

  mark(index) {
    const options = byId("home-list").children;
    options[this.active]?.setAttribute("aria-selected", "false");
    this.active = index;
    const option = options[index];
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) this.input.setAttribute("aria-activedescendant", option.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    byId("home-list-box").hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.value = document.body.dataset.home;
  }

  key(event) {
    const count = byId("home-list").children.length;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && byId("home-list-box").hidden) {
      this.open("");
    } else if (step && count > 0) {
      event.preventDefault();
      this.mark(this.active < 0 && step < 0 ? count - 1 : (this.active + step + count) % count);
    } else if (event.key === "Enter") {
      const options = byId("home-list").children;
      const typed = this.input.value !== document.body.dataset.home;
      if (!byId("home-list-box").hidden) this.go((options[this.active] ?? (typed ? options[0] : undefined))?.textContent);
    } else if (event.key === "Escape") {
      this.close();
    }
  }

  go(id) {
    if (id === undefined) return;
    location.assign(id === this.ids[0] ? `${root}./` : `${root}homes/${encodeURIComponent(id)}`);
  }
}

export function startHomes() {
  if (document.body.dataset.homes !== "1") new Chooser(byId("home-chooser"));
}
