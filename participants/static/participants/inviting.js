/* What becomes of the invitations, while some are on their way. Without this the page says it when it is loaded again. */
{
  const EVERY = 2000; // milliseconds
  const MOST = 150; // looks: what takes longer is put off, and nobody waits for it
  const STATES = "#states, .became";

  const look = async (looks) => {
    const answer = await fetch(location.href);
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = [...fresh.querySelectorAll(STATES)];
    [...document.querySelectorAll(STATES)].forEach((old, n) => now[n] && old.outerHTML !== now[n].outerHTML && old.replaceWith(now[n]));
    wait(looks + 1);
  };

  const wait = (looks) => {
    if (looks < MOST && document.querySelector("#states[data-under-way]")) setTimeout(look, EVERY, looks);
  };

  wait(0);
}
