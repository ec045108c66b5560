// What cannot wait for a module: the language, the words and the stage, before anything is painted;
// the way out and the way to the form, which must work from the first moment; a form that is sent
// early; and saying so when a module fails, which would say nothing by itself.
// Not a module, because modules wait.
(() => {
  const $html = document.documentElement;

  // An ordinary search page that opens in mainland China, too.
  // See docs/decisions/2026-11-quick-exit.md.
  const ELSEWHERE = "https://www.bing.com/";
  const ESCAPES = 3;
  const WITHIN_MILLISECONDS = 2000; // ours: quick, yet possible with a slow hand

  const FILLED = "[data-phrase], [data-label], [data-pin], [data-at], [data-left], [data-closes]";
  const HOUR_MILLISECONDS = 3_600_000;
  const HOURS_ARE_TOLD = 48; // ours: two days before the deadline, days are too coarse

  /** @type {Map<string, Record<string, any>>} what the page says, by language */
  const known = new Map();
  let outcome = ""; // as the campaign names it, once it is known

  // A browser without modules keeps the page as if script were off.
  if ("noModule" in HTMLScriptElement.prototype) {
    $html.classList.add("script");
    $html.lang = chooseLanguage();
    whileParsing(fill);
    document.addEventListener("DOMContentLoaded", () => titlePage());
    document.addEventListener("outcome", (event) => {
      outcome = (event instanceof CustomEvent && event.detail) || "";
      fill(document);
    });
    setInterval(() => fill(document, "[data-at], [data-left]"), 60_000);
  }
  addEventListener("error", noticeError, true);
  addEventListener("unhandledrejection", noticeFailure);
  document.addEventListener("click", follow);
  document.addEventListener("keydown", leaveByEscape);
  document.addEventListener("submit", keepForItsModule);

  // Language and words

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

  /** @param {string} key of a phrase that has no places to fill @param {string} [language] */
  function say(key, language = $html.lang) {
    const $data = document.getElementById(`phrases-${language}`);
    const phrases = known.get(language) ?? JSON.parse($data?.textContent || "{}");
    known.set(language, phrases);
    return phrases[key] ?? "";
  }

  /**
   * Does something to every element as soon as the browser has read it, so before it is painted.
   *
   * @param {(element: Element) => void} act
   */
  function whileParsing(act) {
    const each = (/** @type {MutationRecord[]} */ records) => {
      for (const { addedNodes } of records) {
        for (const node of addedNodes) if (node instanceof Element) act(node);
      }
    };
    const observer = new MutationObserver(each);
    observer.observe($html, { childList: true, subtree: true });
    document.addEventListener("DOMContentLoaded", () => {
      each(observer.takeRecords());
      observer.disconnect();
    });
  }

  /** @param {Element | Document} root @param {string} [selector] what of it */
  function fill(root, selector = FILLED) {
    const within = root.querySelectorAll(selector);
    const all = root instanceof Element && root.matches(selector) ? [root, ...within] : within;
    $html.dataset.stage = stage();
    for (const $element of all) if ($element instanceof HTMLElement) fillOne($element);
  }

  /** @param {HTMLElement} $element */
  function fillOne($element) {
    const { phrase, label, pin, at, left, closes } = $element.dataset;
    const language = $element.lang || $html.lang;
    if (phrase) $element.textContent = say(phrase);
    if (label) $element.setAttribute("aria-label", say(label));
    if (pin) $element.setAttribute("aria-current", String(pin === $html.lang));
    if (at) $element.hidden = !at.split(" ").includes(stage());
    if (left) $element.textContent = timeLeft(Date.parse(left), language);
    if (closes) $element.textContent = openUntil(closes, language);
  }

  /** @param {string} chosen */
  function pin(chosen) {
    const address = new URL(location.href);
    address.searchParams.set("lang", chosen);
    address.hash = "";
    history.replaceState(null, "", address);
    $html.lang = chosen;
    fill(document);
    titlePage();
    document.dispatchEvent(new Event("phrased"));
  }

  /** The title is the visible heading, so that it is written once and follows the language. */
  function titlePage() {
    const headings = Array.from(document.querySelectorAll("h1"));
    const $heading = headings.find(($h1) => $h1.matches(`:lang(${$html.lang})`));
    if ($heading) document.title = $heading.textContent || "";
  }

  // The stage: what the petition says before its deadline, after it, and once the outcome is known

  function stage() {
    // Of an outcome that this page has no words for, it says nothing.
    if (outcome && document.querySelector(`[data-at~="${CSS.escape(outcome)}"]`)) return outcome;
    const $deadline = document.querySelector("meta[name=deadline]");
    const deadline = Date.parse($deadline?.getAttribute("content") || "");
    return Date.now() < deadline || Number.isNaN(deadline) ? "before" : "after";
  }

  /** @param {number} deadline @param {string} language */
  function timeLeft(deadline, language) {
    const hours = Math.floor((deadline - Date.now()) / HOUR_MILLISECONDS);
    if (hours < 0) return "";
    const [number, unit] = hours < HOURS_ARE_TOLD ? [hours, "hour"] : [Math.floor(hours / 24), "day"];
    const style = /** @type {const} */ ({ style: "unit", unitDisplay: "long" });
    const time = new Intl.NumberFormat(language, { ...style, unit: String(unit) }).format(Number(number));
    return say("deadline.left", language).replace("{time}", time);
  }

  /** @param {string} at ISO 8601 @param {string} language */
  function openUntil(at, language) {
    const style = /** @type {const} */ ({ dateStyle: "long", timeStyle: "short" });
    const time = new Intl.DateTimeFormat(language, style).format(new Date(at));
    return say("count.closes", language).replace("{time}", time);
  }

  // When something fails, or is early

  /** @param {Event} event a script of ours that did not arrive, or that threw */
  function noticeError(event) {
    const { target } = event;
    const thrown = event instanceof ErrorEvent && event.filename;
    const lacking = target instanceof HTMLScriptElement && target.src;
    // What is foreign, as on kakao.html, is answered for by the module that asked for it.
    if ((thrown || lacking || "").startsWith(location.origin)) noticeFailure();
  }

  function noticeFailure() {
    $html.classList.add("broken");
  }

  /**
   * A form that is sent before its module has come is kept, and said to be on its way; the module
   * takes it up (element.js).
   *
   * @param {Event} event
   */
  function keepForItsModule(event) {
    if (event.defaultPrevented || !(event.target instanceof HTMLFormElement)) return;
    event.preventDefault();
    event.target.dataset.sent = "early";
    const $status = document.getElementById("sending-status");
    if ($status) $status.textContent = say("sending.now");
  }

  // Ways: out, to the form, and on to another page

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
  function follow(event) {
    if (!(event.target instanceof Element)) return;
    if (event.target.closest("#leave")) return leave();

    const $link = event.target.closest("a");
    const plain = !event.defaultPrevented && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (!$link || !plain || $link.target || $link.origin !== location.origin) return;
    event.preventDefault();
    if ($link.dataset.pin) return pin($link.dataset.pin);
    if ($link.hash === "#sign") return openForm();
    location.replace(withLanguage($link));
  }

  /** To the form, ready to be written in; or to what stands in its place. */
  function openForm() {
    const places = ["sign", "thanks", "closed"].map((id) => document.getElementById(id));
    const $place = places.find(($one) => $one && !$one.hidden);
    $place?.scrollIntoView();
    const $field = $place?.querySelector("#name") ?? $place;
    if ($field instanceof HTMLElement) $field.focus({ preventScroll: true });
  }

  /** @param {HTMLAnchorElement} $link a pinned language goes along to the other pages */
  function withLanguage($link) {
    const address = new URL($link.href);
    const pinned = new URLSearchParams(location.search).has("lang");
    if (pinned && "within" in $link.dataset) address.searchParams.set("lang", $html.lang);
    return address.href;
  }
})();
