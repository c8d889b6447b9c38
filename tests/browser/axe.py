"""Asks axe-core what on a page keeps somebody out."""

import pytest
from playwright.async_api import Page

from tests.servers import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
#: What axe finds that keeps somebody out, in one line each.
FIND = """async () => {
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .flatMap(({ id, nodes }) => nodes.map((one) => [id, one.target, one.failureSummary]))
        .map((parts) => parts.join(" "));
}"""


async def barriers(page: Page) -> list[str]:
    """Serious and critical violations on a page as it is now."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: npm ci")
    await page.evaluate(AXE.read_text())
    return [f"{page.url} {line}" for line in await page.evaluate(FIND)]
