// One value that the reader sets, in a field, a slider or a select.
import { send } from "./commands.js";

// Arrow keys and time fields report every step on the way; only where they come to rest is meant.
const REST_MS = { range: 250, number: 250, time: 800, "select-one": 0 };

/**
 * One setting, in one field or two (slider and number). Shows what holds, except while the reader edits: from the
 * first touch until the command is answered or the field is left as it was.
 */
export class Setting {
  constructor(fields, path, name, toBody) {
    Object.assign(this, { fields, path, name, toBody, held: null, edited: false, timer: null, version: 0 });
    for (const field of fields) {
      field.addEventListener("input", () => this.edit(field));
      field.addEventListener("change", () => this.settle(field));
      field.addEventListener("blur", () => { if (this.timer === null && !this.sending) this.release(); });
    }
  }

  edit(field) {
    this.edited = true;
    for (const other of this.fields) if (other !== field) other.value = field.value;
  }

  settle(field) {
    this.edit(field);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.submit(field), REST_MS[field.type]);
  }

  async submit(field) {
    this.timer = null;
    if (field.value === "") return this.release();
    const version = ++this.version;
    this.sending = true;
    const answer = await send(this.path, { [this.name]: this.toBody(field.value) });
    if (version !== this.version) return undefined;
    this.sending = false;
    if (answer?.[this.name] !== undefined) this.held = String(answer[this.name]);
    return this.timer === null ? this.release() : undefined;
  }

  release() {
    this.edited = false;
    if (this.held !== null) for (const field of this.fields) field.value = this.held;
  }

  show(value) {
    this.held = String(value);
    const typing = this.fields.some((field) => field === document.activeElement && field.type !== "range" && field.type !== "select-one");
    if (!this.edited && !typing) this.release();
  }
}
