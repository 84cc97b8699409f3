/* Only the fields that the chosen way of repeating needs, and the dates as they would be. Without this all are there. */
{
  const form = document.getElementById("conference_form");
  const panel = document.getElementById("next-dates");
  const NEEDS = {
    every: ["daily", "weekly", "by date", "by weekday"],
    weekdays: ["weekly"],
    week: ["by weekday"],
    ends: ["daily", "weekly", "by date", "by weekday"],
  };
  const value = (name) => form.elements[name]?.value;

  const showNeeded = () => {
    for (const [name, kinds] of Object.entries(NEEDS)) {
      const row = form.querySelector(`.form-row.field-${name}`);
      if (row) row.hidden = !kinds.includes(value("repeats"));
    }
    for (const [name, ending] of [["until", "on day"], ["count", "after"]]) {
      const box = form.querySelector(`.fieldBox.field-${name}`);
      if (box) box.hidden = value("ends") !== ending;
    }
  };

  let asked = 0;
  const showDates = async () => {
    const turn = ++asked;
    const filled = new URLSearchParams(
      [...new FormData(form)].filter(([name]) => /^[a-z_]+(_[01])?$/.test(name) && name !== "csrfmiddlewaretoken"),
    );
    if (panel.dataset.conference) filled.set("conference", panel.dataset.conference);
    const answer = await fetch(`${panel.dataset.from}?${filled}`);
    const dates = answer.ok ? await answer.text() : "";
    if (turn === asked) panel.innerHTML = dates;
  };

  if (form && panel && form.elements.repeats) {
    showNeeded();
    form.addEventListener("change", (event) => {
      if (!event.target.closest("fieldset.module")?.querySelector("[name=starts_at_0], [name=repeats]")) return;
      showNeeded();
      showDates();
    });
  }
}
