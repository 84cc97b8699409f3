// What to do next, for somebody who sees the page for the first time. The first rule that fits speaks.

const has = (stages) => (phone) => stages.includes(phone.stage);

/** The code in the newest text, unless it was typed in this call already. */
function codeToType(phone) {
  const code = phone.messages[0]?.code ?? "";
  const typed = phone.heard.some((line) => line.who === "You" && line.text === code);
  return typed ? "" : code;
}

function moderatorAtRest(phones) {
  return phones.find((phone) => !phone.living && phone.role === "moderator");
}

/** The code of the app, if the newest words of the line speak of an app: in English or Spanish. */
function codeOfApp(phone) {
  const words = phone.heard.findLast((line) => line.who === "Line")?.text ?? "";
  return /authenticator app|your app|aplicación/.test(words) && phone.apps.length > 0;
}

const RULES = [
  (phones) => {
    const phone = phones.find((each) => has(["prompting", "asking"])(each) && codeOfApp(each));
    return phone && [phone, "keys", `Type the code that the authenticator app on ${phone.name}’s phone shows now.`];
  },
  (phones) => {
    const phone = phones.find((each) => has(["prompting", "asking"])(each) && each.messages[0]?.rings);
    return phone && [phone, "take", `Another phone rings for ${phone.name}: press a key on it, under Messages.`];
  },
  (phones) => {
    const phone = phones.find((each) => has(["prompting", "asking"])(each) && codeToType(each));
    return phone && [phone, "keys", `Type the code from the newest message on ${phone.name}’s phone.`];
  },
  (phones) => {
    const phone = phones.find(has(["prompting", "asking"]));
    return phone && [phone, "keys", `The line asks for something: answer with the keys of ${phone.name}’s phone.`];
  },
  (phones) => {
    const phone = phones.find(has(["ringing", "speaking"]));
    return phone && [phone, "", `${phone.name} is connected: listen, and read along.`];
  },
  (phones) => {
    const waiting = phones.find(has(["waiting"]));
    const host = waiting && moderatorAtRest(phones);
    return host && [host, "dial", `${waiting.name} waits with music. Press Dial on ${host.name}’s phone: the room starts with a moderator.`];
  },
  (phones) => {
    const phone = phones.find(has(["waiting"]));
    return phone && [phone, "", `${phone.name} waits until the room starts. Call from another phone, or add one.`];
  },
  (phones) => {
    const [first, second] = phones.filter(has(["room"]));
    return second && [first, "", `${first.name} and ${second.name} are in the room together. Hang up, add a phone, or see what can go wrong.`];
  },
  (phones) => {
    const phone = phones.find(has(["room"]));
    const other = phone && phones.find((each) => !each.living);
    return phone && [other ?? phone, other ? "dial" : "", `${phone.name} is in the room. Call from another phone to meet there.`];
  },
  (phones) => {
    const fresh = phones.find(has(["idle"]));
    return fresh && [fresh, "dial", `Press Dial on ${fresh.name}’s phone.`];
  },
  (phones) => phones.length > 0 && [phones[0], "", "The calls are over. Dial again, or be somebody else."],
];

/** The words, the phone that they are about, and the part of it to look at: "dial", "take", "keys" or "". */
export function nextStep(phones) {
  for (const rule of RULES) {
    const found = rule(phones);
    if (found) return { phone: found[0].id, part: found[1], words: found[2] };
  }
  return { phone: null, part: "", words: "Add a phone to begin." };
}
