"""How soon the page is there: on a processor of a quarter of this one's speed, from a store on the same machine.

First paint is when anything of it is seen, interactive when the form of the sign-in takes a tap and nothing keeps the
processor busy for 50 ms at a stretch before it. Each the best of several, for the machine does other things, too."""
import sys
import tempfile
from pathlib import Path

from office import Office

ROUNDS, SLOWER, INTERACTIVE_MAX_MS, WEIGHT_MAX = 5, 4, 1000, 100 * 1024
LATE = """new Promise(resolve => { const seen = [], watch = new PerformanceObserver(list => seen.push(...list.getEntries().map(one => one.startTime + one.duration)));
    watch.observe({ type: 'longtask', buffered: true }); requestAnimationFrame(() => setTimeout(() => resolve({
        paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0, ready: performance.getEntriesByName('ready')[0]?.startTime ?? 0,
        busy: Math.max(0, ...seen) }), 200)); })"""
MARK = """new MutationObserver((_, watch) => { if (document.getElementById('login')) { performance.mark('ready'); watch.disconnect(); } }).observe(document, { childList: true, subtree: true })"""


def visit(office):
    """One first visit of a phone that has nothing yet."""
    page = office.page(where="about:blank")
    page.call("Emulation.setCPUThrottlingRate", rate=SLOWER)
    page.call("Page.addScriptToEvaluateOnNewDocument", source=MARK)
    page.traffic.clear()
    page.go(office.url)
    page.wait("Boolean(document.querySelector('#login'))", "the sign-in page")
    page.wait("performance.getEntriesByName('first-contentful-paint').length > 0", "the first paint")
    times, weight = page.evaluate(LATE), sum(page.traffic)
    return times["paint"], max(times["ready"], times["busy"] if times["busy"] > times["ready"] else 0), weight


def main():
    with tempfile.TemporaryDirectory(prefix="uchastok-phone-", ignore_cleanup_errors=True) as place:
        office = Office(Path(place) / "office")
        try:
            visits = [visit(office) for _ in range(ROUNDS)]
        finally:
            office.close()
            if Office.shared:
                Office.shared.stop()
    paint, interactive, weight = (min(each) for each in zip(*visits))
    print(f"bench: phone.first_paint {paint:.0f} ms")
    print(f"bench: phone.interactive {interactive:.0f} ms (budget {INTERACTIVE_MAX_MS})")
    print(f"bench: phone.weight {weight / 1024:.1f} KiB (budget {WEIGHT_MAX // 1024})")
    return interactive > INTERACTIVE_MAX_MS or weight > WEIGHT_MAX


if __name__ == "__main__":
    sys.exit(main())
