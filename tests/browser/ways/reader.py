"""Keys alone, and ears: what has the focus, as the accessibility tree has it, and what is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Page

from tests.browser.page_actions import until

LISTEN = """
  window.heard = [];
  const hear = () => {
    const place = document.getElementById("announcer");
    const said = place && place.textContent.trim();
    if (said && said !== window.heard.at(-1)?.trim()) window.heard.push(said);
    if (!said && window.heard.length && window.heard.at(-1)) window.heard.push("");
  };
  new MutationObserver(hear).observe(document, { childList: true, subtree: true, characterData: true });
"""


@dataclass(frozen=True, slots=True)
class Node:
    """What a screen reader knows of what has the focus."""

    role: str
    name: str
    value: str
    description: str
    states: dict[str, Any]


class Reader:
    """Keys and ears on a page; made before its first address is opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.add_init_script(LISTEN)
        self.tree = page.context.new_cdp_session(page)

    def focused(self) -> Node:
        """The node of the accessibility tree that has the focus."""
        active = self.tree.send("Runtime.evaluate", {"expression": "document.activeElement"})["result"]["objectId"]
        found = self.tree.send("Accessibility.getPartialAXTree", {"objectId": active, "fetchRelatives": False})
        node = found["nodes"][0]

        def text(part: str) -> str:
            return str(node.get(part, {}).get("value", ""))

        states = {item["name"]: item["value"].get("value") for item in node.get("properties", [])}
        return Node(text("role"), text("name"), text("value"), text("description"), states)

    def tab_to(self, role: str, name: str, *, limit: int = 90) -> Node:
        """Press Tab until something of that role and that in its name has the focus."""
        met = []
        for _ in range(limit):
            self.page.keyboard.press("Tab")
            node = self.focused()
            if node.role == role and name.lower() in node.name.lower():
                return node
            met.append(f"{node.role} {node.name!r}")
        raise AssertionError(f"no way to {role} {name!r} by Tab; met {met}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def comes_to(self, name: str, *roles: str) -> Node:
        """Wait until the focus is on what has that in its name or its text, and return it."""
        until(
            self.page,
            """name => { const node = document.activeElement;
                  return node && node !== document.body && node.id !== 'content'
                    && (node.innerText + (node.ariaLabel ?? '')).includes(name); }""",
            arg=name,
        )
        node = self.focused()
        assert not roles or node.role in roles, node
        return node

    def hears(self, words: str) -> None:
        """Wait until that was said, and check that it was said once; what was heard is forgotten."""
        until(self.page, "words => window.heard.some(said => said.includes(words))", arg=words)
        heard = self.page.evaluate("window.heard")
        assert sum(words in said for said in heard) == 1, heard
        self.page.evaluate("window.heard.length = 0")
