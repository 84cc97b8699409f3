// What a phone shows: where the call stands, what was heard, the texts beside it, and who is in the room.

import { clock, element, lineUp, show, write } from "./dom.js";
import * as voice from "./voice.js";

const SPOKEN_BY = { Line: "line", Twilio: "twilio", Music: "music", You: "you" };
const NEAR = 40; // pixels from the end, where the reader wants to see what comes

export class Screen {
  constructor(phone, id) {
    this.id = id;
    this.find = (selector) => phone.querySelector(selector);
    this.call = null; // whose sentences have been spoken
    this.spoken = new Set();
  }

  render(state) {
    write(this.find(".words"), state.words);
    write(this.find(".seconds"), state.seconds === null ? "" : `${state.seconds} s`);
    this.renderHeard(state);
    lineUp(this.find(".texts"), state.messages, makeText, () => {});
    show(this.find(".none"), state.messages.length === 0);
    show(this.find(".app"), state.apps.length > 0);
    lineUp(this.find(".shows"), state.apps, makeApp, fillApp);
    show(this.find(".there"), state.company.length > 0);
    lineUp(this.find(".company"), state.company, makeMember, fillMember);
  }

  renderHeard(state) {
    const list = this.find(".heard");
    const scroll = this.find(".scroll");
    const isAtEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR;
    const before = list.childElementCount;
    lineUp(list, state.heard, makeLine, () => {});
    if (isAtEnd && list.childElementCount !== before) scroll.scrollTop = scroll.scrollHeight;
    this.speak(state);
  }

  /** Says what is new. What was heard before the page was loaded is not said again. */
  speak(state) {
    const isFirst = this.call === null;
    if (this.call !== state.call) this.spoken.clear();
    this.call = state.call;
    for (const line of state.heard) {
      if (this.spoken.has(line.id)) continue;
      this.spoken.add(line.id);
      if (!isFirst && (line.who === "Line" || line.who === "Twilio")) voice.say(this.id, line);
    }
  }
}

function makeLine(line) {
  const item = element("li", SPOKEN_BY[line.who]);
  const said = element("span", "said", line.text);
  if (line.language) said.lang = line.language;
  item.append(element("span", "by", line.who), said);
  return item;
}

function makeText(message) {
  const item = element("li", "text");
  const head = element("p", "head", `${message.by} `);
  head.append(clock(message.at));
  item.append(head);
  if (message.subject) item.append(element("p", "subject", message.subject));
  item.append(bodyOf(message));
  if (message.rings) {
    const key = element("button", "take", "Press a key on it");
    key.type = "button";
    item.append(key);
  }
  return item;
}

function makeApp() {
  const item = element("li");
  item.append(element("strong", "code"), " ", element("span", "left"));
  return item;
}

function fillApp(item, app) {
  write(item.querySelector(".code"), app.code);
  write(item.querySelector(".left"), app.words);
}

/** The code stands out: it is what the reader came for. A link into this line can be followed. */
function bodyOf(message) {
  const body = element("p", "sent");
  if (message.subject) body.tabIndex = 0; // a mail is long, and is scrolled
  const [before, after] = message.code ? message.body.split(message.code) : [message.body];
  for (const part of before.split(/(https?:\/\/\S+)/)) body.append(URL.parse(part)?.origin === location.origin ? linkTo(part) : part);
  if (message.code) body.append(element("strong", "code", message.code), after);
  return body;
}

function linkTo(address) {
  const link = element("a", "link", address);
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  return link;
}

function makeMember() {
  const item = element("li");
  item.append(element("span", "member"), " ", element("span", "hears"));
  return item;
}

function fillMember(item, member) {
  item.classList.toggle("is-heard", member.heard);
  write(item.querySelector(".member"), member.name);
  write(item.querySelector(".hears"), member.words);
}
