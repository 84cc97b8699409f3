// The desk: the phones on it, what to do next, and the switches for all of them.

import { show, write } from "./dom.js";
import { Handset } from "./handset.js";
import { nextStep } from "./hint.js";
import * as voice from "./voice.js";
import { ask, tell } from "./wire.js";

const at = (selector) => document.querySelector(selector);

class Desk {
  constructor() {
    this.handsets = [];
    this.people = [];
    this.template = at("#handset");
    at("#add").addEventListener("click", () => this.trying(() => this.add()));
    at("#verify").addEventListener("change", ({ target }) => this.trying(() => this.switchVerify(target)));
    at("#sound").addEventListener("click", () => this.toggleSound());
    document.addEventListener("visibilitychange", () => document.hidden || this.handsets.forEach((each) => each.look()));
    this.renderSound();
  }

  async open() {
    const { phones, people, verify_down: verifyDown } = await ask("desk/");
    this.people = people;
    at("#verify").checked = verifyDown;
    phones.forEach((state) => this.lay(state));
    this.changed(true);
    this.handsets.forEach((each) => each.schedule());
  }

  lay(state) {
    const handset = new Handset(this.template, state, this.people, this);
    this.handsets.push(handset);
    at("#desk").append(handset.element);
    this.changed(true);
    return handset;
  }

  async add() {
    await this.opened; // or the new phone would lie before those that are fetched yet
    const handset = this.lay(await tell("add/"));
    handset.element.focus();
    handset.element.scrollIntoView({ block: "nearest" });
    handset.schedule();
  }

  remove(handset) {
    this.trying(async () => {
      await handset.leave();
      try {
        await tell(`${handset.id}/remove/`);
      } catch (problem) {
        handset.stay();
        throw problem;
      }
      this.handsets = this.handsets.filter((each) => each !== handset);
      handset.element.remove();
      (this.handsets.at(-1)?.element ?? at("#add")).focus();
      this.changed(true);
    });
  }

  async switchVerify(box) {
    const { verify_down: verifyDown } = await tell("verify/", { on: box.checked ? "on" : "off" });
    box.checked = verifyDown;
  }

  toggleSound() {
    voice.mute(!voice.isMuted());
    this.renderSound();
  }

  renderSound() {
    write(at("#sound"), voice.isMuted() ? "Sound off" : "Sound on");
  }

  isAnyLiving() {
    return this.handsets.some((each) => each.state.living);
  }

  /** A phone shows something new. With isNews the resting phones look, too: somebody began or ended a call. */
  changed(isNews) {
    const step = nextStep(this.handsets.map((each) => each.state));
    write(at("#hint"), step.words);
    for (const each of this.handsets) each.element.dataset.next = each.id === step.phone ? step.part : "";
    at("#add").ariaDisabled = String(this.handsets.length >= Number(at("#desk").dataset.most));
    if (isNews) this.handsets.filter((each) => !each.state.living && !each.waiting).forEach((each) => each.schedule());
  }

  async trying(doing) {
    try {
      await doing();
      this.reached();
    } catch (problem) {
      this.complain(problem.message);
    }
  }

  complain(words) {
    write(at("#problem"), words);
    show(at("#problem"), true);
  }

  reached() {
    show(at("#problem"), false);
  }
}

const desk = new Desk();
desk.opened = desk.trying(() => desk.open());
