// One telephone on the desk. It asks for its call once a second while the call lives, one request at a time.

import { show, write } from "./dom.js";
import { Holder } from "./holder.js";
import { layKeys, takeKeyboard } from "./keypad.js";
import { Screen } from "./screen.js";
import * as voice from "./voice.js";
import { ask, Refused, tell } from "./wire.js";

const LIVING = 1000; // milliseconds between two looks at a call
const RESTING = 3000; // at a phone that is in none, while another is: a text may arrive

export class Handset {
  constructor(template, state, people, desk) {
    this.desk = desk;
    this.id = state.id;
    this.element = template.content.firstElementChild.cloneNode(true);
    this.find = (selector) => this.element.querySelector(selector);
    this.keys = ""; // pressed, and not yet sent
    this.turn = Promise.resolve();
    this.name();
    this.holder = new Holder(this.element, people, (fields) => this.act("choose", fields));
    this.screen = new Screen(this.element, this.id);
    layKeys(this.find(".keys"), (key) => this.press(key));
    takeKeyboard(this.element, this.find(".keys"), (key) => this.press(key), () => this.hangUp());
    this.listen();
    this.render(state);
  }

  /** Labels that need ids, which the template cannot have. */
  name() {
    this.find(".name").id = `name-${this.id}`;
    this.element.setAttribute("aria-labelledby", `name-${this.id}`);
    this.find(".scroll").setAttribute("aria-label", "What is heard");
    this.find(".keys").setAttribute("aria-label", "Keypad");
  }

  listen() {
    this.element.addEventListener("focusin", () => voice.listenTo(this.id));
    this.find(".dial").addEventListener("click", () => this.dial());
    this.find(".end").addEventListener("click", () => this.hangUp());
    this.find(".remove").addEventListener("click", () => this.desk.remove(this));
    for (const name of ["twice", "lose"]) {
      const box = this.find(`[name=${name}]`);
      box.addEventListener("change", () => this.act(name, { on: box.checked ? "on" : "off" }));
    }
    this.find("[name=mishap]").addEventListener("change", (event) => this.act("mishap", { next: event.target.value }));
    this.find(".texts").addEventListener("click", (event) => event.target.closest(".take") && this.takeCall());
    this.find(".answers").addEventListener("submit", (event) => {
      event.preventDefault();
      this.act("text", { body: event.target.elements.body.value });
      event.target.reset();
    });
    for (const button of this.element.querySelectorAll("[data-act]")) {
      button.addEventListener("click", () => this.state.living && this.act(button.dataset.act));
    }
    for (const button of this.element.querySelectorAll("[data-fate]")) {
      button.addEventListener("click", () => this.act(button.dataset.fate));
    }
  }

  dial() {
    if (this.state.living) return;
    voice.listenTo(this.id);
    this.render({ ...this.state, stage: "ringing", words: "Ringing …", living: true, heard: [], company: [] });
    this.act("dial");
    this.look();
  }

  /** A key on the other phone, which rings with a code. The button goes, and the focus stays in this phone. */
  takeCall() {
    this.element.focus();
    this.act("key");
  }

  press(key) {
    if (!this.state.living) return;
    voice.hush(this.id);
    this.keys += key;
    write(this.find(".typed"), this.state.typed + this.keys);
    this.inTurn(async () => {
      const keys = this.keys;
      if (!keys) return; // went with the keys before
      this.keys = "";
      await this.tell("press", { keys });
    });
  }

  hangUp() {
    if (!this.state.living) return;
    voice.hush(this.id);
    this.act("hang-up");
  }

  act(action, fields) {
    this.inTurn(() => this.tell(action, fields));
  }

  look() {
    this.inTurn(async () => this.take(await ask(`${this.id}/`)));
  }

  async tell(action, fields) {
    this.take(await tell(`${this.id}/${action}/`, fields));
  }

  take(state) {
    if (this.element.isConnected) this.render(state);
  }

  /** One request after the other; then the next look. */
  inTurn(request) {
    if (this.isLeaving) return;
    clearTimeout(this.next);
    this.waiting = (this.waiting ?? 0) + 1;
    this.turn = this.turn.then(async () => {
      try {
        await request();
        this.desk.reached();
      } catch (problem) {
        if (problem instanceof Refused) this.complain(problem.message);
        else this.desk.complain(problem.message);
      }
      this.waiting -= 1;
      if (!this.waiting) this.schedule();
    });
  }

  /** Asks for nothing any more; done when what was asked has been answered. */
  leave() {
    this.isLeaving = true;
    clearTimeout(this.next);
    return this.turn;
  }

  stay() {
    this.isLeaving = false;
    this.schedule();
  }

  schedule() {
    clearTimeout(this.next);
    if (document.hidden || this.isLeaving) return;
    if (this.state.living) this.next = setTimeout(() => this.look(), LIVING);
    else if (this.desk.isAnyLiving()) this.next = setTimeout(() => this.look(), RESTING);
    else if (this.state.apps.length > 0) this.next = setTimeout(() => this.look(), this.state.apps[0].seconds * 1000);
  }

  complain(words) {
    write(this.find(".problem"), words);
    show(this.find(".problem"), Boolean(words));
  }

  render(state) {
    const isNews = this.state && (this.state.stage !== state.stage || this.state.living !== state.living);
    this.state = state;
    this.element.dataset.stage = state.stage;
    this.complain(state.problem ?? "");
    this.holder.render(state);
    this.screen.render(state);
    write(this.find(".typed"), state.typed + this.keys);
    this.find(".dial").ariaDisabled = String(state.living);
    this.find(".end").ariaDisabled = String(!state.living);
    for (const button of this.element.querySelectorAll("[data-act]")) button.ariaDisabled = String(!state.living);
    for (const key of this.element.querySelectorAll(".key")) key.ariaDisabled = String(!state.living);
    this.find("[name=twice]").checked = state.twice;
    this.find("[name=lose]").checked = state.lose;
    this.find("[name=mishap]").value = state.mishap ?? "";
    this.find(".remove").setAttribute("aria-label", `Remove ${state.name}’s phone`);
    this.desk.changed(isNews);
  }
}
