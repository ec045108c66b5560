// What cannot wait for a module: the language, before anything is painted; the way out, which must
// work from the first moment; and saying so when a module fails, which would say nothing by itself.
// Not a module, because modules wait.
(() => {
  const $html = document.documentElement;

  // An ordinary search page that opens in mainland China, too.
  // See docs/decisions/2026-11-quick-exit.md.
  const ELSEWHERE = "https://www.bing.com/";
  const ESCAPES = 3;
  const WITHIN_MILLISECONDS = 2000; // ours: quick, yet possible with a slow hand

  // A browser without modules keeps the page as if script were off.
  if ("noModule" in HTMLScriptElement.prototype) {
    $html.lang = chooseLanguage();
    $html.classList.add("script");
  }
  addEventListener("error", noticeError, true);
  addEventListener("unhandledrejection", noticeFailure);
  document.addEventListener("click", leaveOrKeepOneEntry);
  document.addEventListener("keydown", leaveByEscape);

  /** The first of the wished languages that there is; whatever a browser calls them. */
  function chooseLanguage() {
    const { languages = "", otherwise = "" } = $html.dataset;
    const pinned = new URLSearchParams(location.search).get("lang");
    const wished = [pinned, ...Array.from(navigator.languages || [])].map(primary);
    const chosen = wished
      .map((wish) => languages.split(" ").find((language) => primary(language) === wish))
      .find(Boolean);
    return chosen || otherwise;
  }

  /** @param {string | null} tag */
  function primary(tag) {
    return String(tag).toLowerCase().split(/[-_]/)[0];
  }

  /** @param {Event} event a script of ours that did not arrive, or that threw */
  function noticeError(event) {
    const thrown = event instanceof ErrorEvent && event.filename.startsWith(location.origin);
    if (thrown || event.target instanceof HTMLScriptElement) noticeFailure();
  }

  function noticeFailure() {
    $html.classList.add("broken");
  }

  /** Blanks the page, forgets what was typed, and puts a neutral page in this one's place. */
  function leave() {
    for (const $form of document.forms) $form.reset();
    document.body.replaceChildren();
    document.title = "…";
    history.replaceState(null, "", location.pathname.replace(/[^/]*$/, ""));
    location.replace(ELSEWHERE);
  }

  /** @type {number[]} */
  let presses = [];

  /** @param {KeyboardEvent} event */
  function leaveByEscape({ key }) {
    const now = performance.now();
    presses = presses.filter((at) => key === "Escape" && now - at < WITHIN_MILLISECONDS);
    if (key === "Escape") presses.push(now);
    if (presses.length >= ESCAPES) leave();
  }

  /**
   * Follows a link inside the site without adding to the tab's history, so that the one entry
   * which the page keeps there is what the neutral page replaces.
   *
   * @param {MouseEvent} event
   */
  function leaveOrKeepOneEntry(event) {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("#leave")) return leave();

    const $link = event.target.closest("a");
    const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!$link || !plain || $link.target || $link.origin !== location.origin) return;
    event.preventDefault();
    location.replace($link.href);
  }
})();
