// What the page asks of the server.

const token = () => document.querySelector("#token [name=csrfmiddlewaretoken]").value;

/** What was asked cannot be done; the message says why. */
export class Refused extends Error {}

export const ask = (path) => answer(fetch(path, { headers: { Accept: "application/json" } }));

export function tell(path, fields = {}) {
  const headers = { "X-CSRFToken": token(), Accept: "application/json" };
  return answer(fetch(path, { method: "POST", headers, body: new URLSearchParams(fields) }));
}

async function answer(asked) {
  let response;
  try {
    response = await asked;
  } catch {
    throw new Error("The line cannot be reached. Is it still running?");
  }
  if (response.status === 400) throw new Refused((await response.json()).error);
  if (response.status === 403) throw new Error("This page has grown old. Load it again.");
  if (response.status === 404) throw new Error("This phone is gone from the desk. Load the page again.");
  if (!response.ok) throw new Error(`The line failed (${response.status}). Its terminal says why.`);
  return response.json();
}
