/* Select2 names neither of its two boxes for those who listen to the page: both get the name of the field. */
{
  const nameAll = () => {
    for (const select of document.querySelectorAll("select.admin-autocomplete[aria-label]")) {
      const boxes = select.parentElement.querySelectorAll("[role=combobox], [role=textbox]");
      for (const box of boxes) box.setAttribute("aria-label", select.getAttribute("aria-label"));
    }
  };
  django.jQuery(nameAll);
  document.addEventListener("formset:added", nameAll);
}
