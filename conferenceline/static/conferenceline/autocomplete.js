/* Select2 names neither of its two boxes for those who listen to the page: both get the name of the field. */
{
  const nameAll = () => {
    for (const select of document.querySelectorAll("select.admin-autocomplete")) {
      const boxes = select.parentElement.querySelectorAll("[role=combobox], [role=textbox]");
      const name = select.getAttribute("aria-label") || select.labels[0]?.textContent.replace(":", "") || "";
      for (const box of boxes) box.setAttribute("aria-label", name.trim());
    }
  };
  django.jQuery(nameAll);
  document.addEventListener("formset:added", nameAll);
}
