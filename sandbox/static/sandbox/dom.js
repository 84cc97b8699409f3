// Changing the page without replacing it: what has the focus, or is being read aloud, stays where it is.

export function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/** Makes the list show these items, each known by its id: new ones are made, known ones filled, others removed. */
export function lineUp(list, items, make, fill) {
  const known = new Map([...list.children].map((child) => [child.dataset.id, child]));
  items.forEach((item, place) => {
    let child = known.get(item.id);
    known.delete(item.id);
    if (!child) {
      child = make(item);
      child.dataset.id = item.id;
    }
    fill(child, item);
    if (list.children[place] !== child) list.insertBefore(child, list.children[place] ?? null);
  });
  known.forEach((child) => child.remove());
}

export function element(name, className = "", text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return made;
}

export function clock(at) {
  const time = element("time", "at", new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" }));
  time.dateTime = at;
  return time;
}
