// Who holds the phone: shown on top of it, and chosen below.

import { element, write } from "./dom.js";

export class Holder {
  constructor(phone, people, choose) {
    this.phone = phone;
    this.people = people;
    this.fields = phone.querySelector(".who fieldset");
    const find = (name) => this.fields.querySelector(`[name=${name}]`);
    [this.who, this.number, this.withheld, this.textsAt] = ["who", "number", "withheld", "texts_at"].map(find);
    this.attestation = find("attestation");
    this.stranger = document.querySelector("#desk").dataset.stranger;
    const [open, closed] = this.who.querySelectorAll("optgroup");
    for (const person of people) {
      const option = element("option", "", person.label);
      option.value = person.uuid;
      (person.open ? open : closed).append(option);
    }
    this.who.addEventListener("change", () => this.take(choose));
    for (const field of [this.number, this.withheld, this.attestation, this.textsAt]) {
      field.addEventListener("change", () => choose(this.chosen()));
    }
  }

  /** Somebody else takes the phone, and brings a number and texts along. */
  take(choose) {
    const person = this.people.find((each) => each.uuid === this.who.value);
    this.withheld.checked = false;
    this.attestation.value = "";
    if (this.who.value === "other") {
      this.number.focus();
      this.number.select();
      return;
    }
    this.number.value = person?.number ?? this.stranger;
    this.textsAt.value = person?.texts_at ?? this.stranger;
    choose(this.chosen());
  }

  chosen() {
    const isPerson = this.people.some((each) => each.uuid === this.who.value);
    const fields = {
      who: isPerson ? this.who.value : "",
      number: this.number.value,
      texts_at: this.textsAt.value,
      attestation: this.attestation.value,
    };
    return this.withheld.checked ? { ...fields, withheld: "on" } : fields;
  }

  render(state) {
    write(this.phone.querySelector(".name"), state.name);
    write(this.phone.querySelector(".about"), state.about);
    write(this.phone.querySelector(".shown"), state.shown);
    write(this.phone.querySelector(".initials"), initials(state.name));
    write(this.phone.querySelector(".to"), `to ${state.texts_shown}`);
    this.fields.disabled = state.living;
    if (this.fields.contains(document.activeElement)) return; // somebody is choosing
    this.who.value = state.person || (state.number === this.stranger ? "stranger" : "other");
    this.number.value = state.number;
    this.textsAt.value = state.texts_at;
    this.withheld.checked = state.withheld;
    this.attestation.value = state.attestation;
  }
}

function initials(name) {
  const letters = name.split(" ").map((word) => word[0]);
  return /^[a-z]/i.test(name) ? letters.slice(0, 2).join("").toUpperCase() : "#";
}
