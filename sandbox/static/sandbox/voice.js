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

export function say(phone, text, language) {
  if (!speech || !isHeard(phone)) return;
  const sentence = new SpeechSynthesisUtterance(text);
  sentence.lang = language || "en-US";
  speech.speak(sentence);
}
