// The line is heard through one phone at a time: the one that was used last.

const speech = window.speechSynthesis;
const KEPT = "conferenceline-muted";

let holder = null;
let muted = localStorage.getItem(KEPT) === "yes";

export const isMuted = () => muted;
export const isHeard = (phone) => !muted && holder === phone;

export function mute(on) {
  muted = on;
  localStorage.setItem(KEPT, on ? "yes" : "no");
  if (on) speech?.cancel();
}

/** This phone is at the ear now. */
export function listenTo(phone) {
  if (holder !== phone) speech?.cancel();
  holder = phone;
}

/** The caller pressed a key, or hung up: nobody goes on listening to the sentence. */
export function hush(phone) {
  if (holder === phone) speech?.cancel();
}

/** A line of the call, in its own language and at its own speed. */
export function say(phone, line) {
  if (!speech || !isHeard(phone)) return;
  const sentence = new SpeechSynthesisUtterance(line.text);
  sentence.lang = line.language || "en-US";
  sentence.rate = line.rate || 1;
  speech.speak(sentence);
}
