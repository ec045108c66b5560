// Chooses the language before anything is painted, so that nobody sees the page change under them.
// Not a module, because modules wait; a browser without modules keeps the page as if script were off.
(() => {
  const $html = document.documentElement;
  if (!("noModule" in HTMLScriptElement.prototype)) return;

  const { languages = "", otherwise = "" } = $html.dataset;
  const offered = languages.split(" ");
  const primary = (/** @type {string} */ tag) => tag.toLowerCase().split("-")[0];
  const pinned = new URLSearchParams(location.search).get("lang");
  const wished = pinned ? [pinned, ...navigator.languages] : navigator.languages;

  const chosen = wished
    .map((tag) => offered.find((language) => primary(language) === primary(tag)))
    .find(Boolean);
  $html.lang = chosen || otherwise;
  $html.classList.add("script");
})();
