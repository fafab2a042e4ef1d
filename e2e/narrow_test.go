package e2e

// wide names the elements that reach beyond the page, outside the regions that
// are meant to scroll by themselves.
const wide = `Array.from(document.querySelectorAll("body *")).filter(e =>
  e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll, .chart-scroll, .skip, .hide, .hero-rays"))
  .map(e => "reaches beyond the window: " + e.tagName + "." + (e.getAttribute("class") || "")).slice(0, 5).concat(
  document.documentElement.scrollWidth > innerWidth ? ["the page is " + document.documentElement.scrollWidth + " wide"] : [])`

// small names controls under 44 px; words inside a sentence or a list line are
// exempt (WCAG 2.5.8), as is the checkbox whose label is the target.
const small = `Array.from(document.querySelectorAll(".button, .input, .nav a, .subnav a, .menu-all a, .tools a, .tools button, .foot-links a, .choice, summary, .side a, .pager a"))
  .filter(e => e.offsetParent && e.getBoundingClientRect().height < 43.5)
  .map(e => "too small for a finger: " + e.tagName + "." + (e.getAttribute("class") || "") + " " + e.getBoundingClientRect().height).slice(0, 5)`

// cut names text that is cut off or overlaid once all text is twice as large.
const cut = `Array.from(document.querySelectorAll("body *")).filter(e => {
  if (!e.offsetParent || e.closest(".hide, .skip, .scroll, .chart-scroll") || !Array.from(e.childNodes).some(n => n.nodeType === 3 && n.data.trim())) return false;
  const s = getComputedStyle(e);
  return (s.overflow === "hidden" || s.overflowX === "clip" || s.textOverflow === "ellipsis") && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
}).map(e => "cut off: " + e.tagName + "." + (e.getAttribute("class") || "") + " " + e.textContent.trim().slice(0, 20)).slice(0, 5)`
