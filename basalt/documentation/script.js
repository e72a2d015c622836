"use strict";
const search = document.getElementById("search");
const none = document.getElementById("none");
const columns = [...document.querySelectorAll(".column")];
const passes = [...document.querySelectorAll(".pass")];

function matches(column, words) {
  return words.every((word) => column.dataset.name.includes(word) || column.dataset.text.includes(word));
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  document.body.classList.toggle("searching", words.length > 0);
  let found = 0;
  for (const column of columns) {
    column.hidden = !matches(column, words);
    found += column.hidden ? 0 : 1;
  }
  for (const section of passes) {
    section.hidden = words.length > 0 && !section.querySelector(".column:not([hidden])");
  }
  none.hidden = found > 0;
}

function show() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target) return;
  if (target.closest(".pass")?.hidden || target.hidden) {
    search.value = "";
    filter();
  }
  if (target.tagName === "DETAILS") target.open = true;
  target.scrollIntoView();
}

search.addEventListener("input", filter);
window.addEventListener("hashchange", show);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#']");
  if (link && link.getAttribute("href") === location.hash) show();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && document.activeElement !== search) {
    event.preventDefault();
    search.focus();
  } else if (event.key === "Escape" && document.activeElement === search) {
    search.value = "";
    filter();
    search.blur();
  }
});
for (const button of document.querySelectorAll(".copy")) {
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.parentElement.querySelector("pre").textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1200);
  });
}
show();
