"""What a page of the lab can send: as much of Dash's renderer as that takes."""

import copy
import json
from collections.abc import Iterator
from typing import Any

from dash import Dash

from dashboard.web import ids

PATH = "/_dash-update-component"


class Browser:
    """As much of Dash's renderer as it takes to send what a page sends: it keeps the page and fills in the patterns."""

    def __init__(self, app: Dash, client: Any = None) -> None:
        """Open the first page, which gives the cookie: in this process, or of a served lab by a client of its own."""
        self.app = app
        self.client: Any = client or app.server.test_client()
        self.client.get("/")
        self.page: Any = self.client.get("/_dash-layout").get_json()

    def components(self) -> list[dict[str, Any]]:
        """Return the properties of every component on the page that has an id."""
        return list(components_of(self.page))

    def kind(self, kind: str) -> list[dict[str, Any]]:
        """Return the properties of the components of one kind."""
        return [found for found in self.components() if isinstance(found["id"], dict) and found["id"]["kind"] == kind]

    def bodies(self, trigger: str = "") -> Iterator[dict[str, Any]]:
        """Yield what the page can send: a request for each callback and each trigger, or only for one trigger."""
        page = self.components()
        for output, callback in self.app.callback_map.items():
            several = isinstance(callback["output"], list)
            outputs = [found.to_dict() for found in (callback["output"] if several else [callback["output"]])]
            for spec in callback["inputs"] if "callback" in callback else ():
                for component, names in matches(spec, {}, page):
                    changed = f"{canonical(component['id'])}.{spec['property']}"
                    if trigger not in ("", changed):
                        continue
                    try:
                        body = {
                            "output": output,
                            "outputs": [entries(out, names, page, valued=False) for out in outputs],
                            "inputs": [entries(inp, names, page, pressed=changed) for inp in callback["inputs"]],
                            "changedPropIds": [changed],
                            "parsedChangedPropsIds": [component["id"]],
                            "state": [entries(state, names, page) for state in callback["state"]],
                        }
                    except LookupError:
                        continue  # a component is missing: the renderer sends nothing either
                    if not several:
                        body["outputs"] = body["outputs"][0]
                    if not callback["state"]:
                        del body["state"]
                    yield copy.deepcopy(body)

    def change(self, component_id: Any, prop: str, value: Any) -> None:
        """Change a property as a hand does, send what that triggers, and bring the page up to date."""
        components = {canonical(found["id"]): found for found in self.components()}
        components[canonical(component_id)][prop] = value
        for body in self.bodies(f"{canonical(component_id)}.{prop}"):
            response = self.client.post(PATH, json=body)
            assert response.status_code in (200, 204), response.data
            answer = response.get_json()["response"] if response.status_code == 200 else {}
            for target, properties in answer.items():
                components[target].update(properties)


def components_of(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the properties of every component with an id, as Dash writes components in JSON."""
    if isinstance(tree, dict) and "namespace" in tree and "id" in tree["props"]:
        yield tree["props"]
    for inner in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from components_of(inner)


def canonical(component_id: Any) -> str:
    """Return an id as the renderer writes it."""
    return component_id if isinstance(component_id, str) else ids.dom(component_id)


def matches(
    spec: dict[str, str], names: dict[str, Any], page: list[dict[str, Any]]
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the components of a registered input, output or state, each with what every MATCH stands for."""
    pattern = json.loads(spec["id"]) if spec["id"].startswith("{") else spec["id"]
    for found in page:
        if isinstance(pattern, str) or isinstance(found["id"], str):
            if found["id"] == pattern:
                yield found, names
        elif found["id"].keys() == pattern.keys():
            wanted = {key: value if isinstance(value, str) else None for key, value in pattern.items()} | names
            matched = {key: found["id"][key] for key, value in pattern.items() if value == ["MATCH"]}
            if all(wanted[key] in (None, value) for key, value in found["id"].items()):
                yield found, names | matched


def entries(
    spec: dict[str, str], names: dict[str, Any], page: list[dict[str, Any]], *, valued: bool = True, pressed: str = ""
) -> Any:
    """Return what a request holds for a registered input, output or state; a pressed button was pressed once."""
    found = []
    for component, _ in matches(spec, names, page):
        entry = {"id": component["id"], "property": spec["property"]}
        if valued and spec["property"] in component:
            is_press = pressed == f"{canonical(component['id'])}.n_clicks"
            entry["value"] = 1 if is_press else component[spec["property"]]
        found.append(entry)
    return found if '["ALL"]' in spec["id"] else found[0]
