// Twelve keys, for fingers and for the keyboard.

import { element } from "./dom.js";

const KEYS = [
  ["1", ""], ["2", "abc"], ["3", "def"],
  ["4", "ghi"], ["5", "jkl"], ["6", "mno"],
  ["7", "pqrs"], ["8", "tuv"], ["9", "wxyz"],
  ["*", ""], ["0", ""], ["#", ""],
];
const SPOKEN = { "*": "star", "#": "pound" };
const FLASH = 150; // milliseconds

export function layKeys(pad, press) {
  for (const [key, letters] of KEYS) {
    const button = element("button", "key");
    button.type = "button";
    button.dataset.key = key;
    button.append(element("span", "digit", key));
    if (SPOKEN[key]) button.setAttribute("aria-label", SPOKEN[key]);
    if (letters) {
      const small = element("span", "letters", letters);
      small.ariaHidden = "true";
      button.append(small);
    }
    button.addEventListener("click", () => press(key));
    pad.append(button);
  }
}

/** Digits, * and # go to the phone that has the focus; Escape hangs it up. Not while something is being filled in. */
export function takeKeyboard(phone, pad, press, hangUp) {
  phone.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("select, input:not([type=checkbox])")) return;
    const button = pad.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) {
      event.preventDefault();
      button.classList.add("down");
      setTimeout(() => button.classList.remove("down"), FLASH);
      press(event.key);
    } else if (event.key === "Escape") {
      hangUp();
    }
  });
}
