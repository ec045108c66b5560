"""
What a reader waits for: `python -m dev.bench.page`.

The page as it is uploaded, compressed, in a real Chromium that slows itself down (DevTools'
protocol), beside the real functions. Every load is a new browser profile with an empty cache.
"""

import argparse
import statistics
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright
from rich.console import Console
from rich.table import Table

from dev import CannotRun
from dev.pictures.browser import FLAGS, LANGUAGES, find_chromium
from dev.published import running_published

PATIENCE_MILLISECONDS = 60_000


@dataclass(frozen=True)
class Network:
    """How slow: latency of each request, octets a second, and how many times slower a processor."""

    name: str
    milliseconds: float
    octets: float
    processor: float


NETWORKS = (
    Network("as it is", 0, -1, 1),
    # Lighthouse's Slow 4G: 150 ms and 1.6 Mbit/s.
    Network("Slow 4G", 150, 1.6e6 / 8, 4),
    # DevTools' own Slow 4G, which gives every request 562 ms and 1.44 Mbit/s.
    Network("Slow 4G, DevTools", 562.5, 1.44e6 / 8, 4),
    # WebPageTest's 3G Slow: 400 ms and 400 kbit/s.
    Network("slow 3G", 400, 400e3 / 8, 4),
)

# Seen by a person: words painted; a field with its label, which takes what is typed; the number.
WATCH = """
  window.seen = { shifts: 0 };
  const watch = (type, note) => {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(note));
    observer.observe({ type, buffered: true });
  };
  watch("layout-shift", ({ value }) => { seen.shifts += value; });
  watch("largest-contentful-paint", ({ startTime }) => { seen.largest = startTime; });
  watch("paint", ({ name, startTime }) => {
    if (name === "first-contentful-paint") seen.first = startTime;
  });
  const look = () => {
    const $name = document.getElementById("name");
    const isNamed = Boolean(document.querySelector("label[for=name]")?.textContent);
    const isUsable = isNamed && $name && !$name.matches(":disabled");
    if (seen.first && isUsable) seen.form ??= performance.now();
    if (document.querySelector("#count.known")) seen.count ??= performance.now();
    requestAnimationFrame(look);
  };
  look();
"""

COLUMNS = ("first paint", "largest", "form usable", "count", "shifts", "requests", "KiB")


def measure(browser: Browser, site: str, language: str, network: Network) -> dict[str, float]:
    """Load the page once as a phone does; times in milliseconds."""
    context = browser.new_context(
        locale=LANGUAGES[language],
        viewport={"width": 360, "height": 740},
        is_mobile=True,
        has_touch=True,
    )
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    speed = {"downloadThroughput": network.octets, "uploadThroughput": network.octets}
    protocol.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": network.milliseconds, **speed},
    )
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": network.processor})
    sizes: list[float] = []
    protocol.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.add_init_script(WATCH)
    page.goto(site, timeout=PATIENCE_MILLISECONDS)
    page.wait_for_selector("#count.known", timeout=PATIENCE_MILLISECONDS)
    page.wait_for_timeout(500)
    seen = page.evaluate("window.seen")
    context.close()
    return {
        "first paint": seen["first"],
        "largest": seen["largest"],
        "form usable": seen["form"],
        "count": seen["count"],
        "shifts": seen["shifts"],
        "requests": len(sizes),
        "KiB": sum(sizes) / 1024,
    }


def main() -> None:
    """Measure every network and language, and print the medians."""
    parser = argparse.ArgumentParser(prog="python -m dev.bench.page", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="loads of each kind (3)")
    rounds = parser.parse_args().rounds
    table = Table("network", "language", *COLUMNS)
    with running_published("demo-bench-page") as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        measure(browser, site, "en", NETWORKS[0])  # warms the functions up
        for network in NETWORKS:
            for language in LANGUAGES:
                loads = [measure(browser, site, language, network) for _ in range(rounds)]
                table.add_row(network.name, language, *map(median, COLUMNS, [loads] * 7))
        browser.close()
    Console(width=110).print(table)


def median(column: str, loads: list[dict[str, float]]) -> str:
    """Write the median of a column; of shifts the worst, of which there shall be none."""
    values = [load[column] for load in loads]
    if column == "shifts":
        return f"{max(values):.3f}"
    return f"{statistics.median(values):,.0f}"


if __name__ == "__main__":
    try:
        main()
    except CannotRun as problem:
        raise SystemExit(str(problem)) from None
