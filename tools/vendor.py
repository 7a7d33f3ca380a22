"""Download the browser's third-party files to dashboard/assets/vendor, by exact version, from the npm registry.

    python tools/vendor.py

Everything a page loads is served by the lab itself. The plotly bundle has a hash of its content in its
name and compressed copies, so that it may be cached for a year and is never compressed during a request.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from urllib.parse import quote

import brotli  # type: ignore[import-untyped]

PACKAGES = {
    "plotly.js": "4.1.1",
    "bootstrap": "5.3.6",
    "bootstrap-icons": "1.11.3",
    "@fontsource-variable/source-sans-3": "5.3.0",
}
# fmt: off
ICONS = [
    "cloud", "shield", "eyeglasses", "soundwave", "cpu", "broadcast", "truck", "house", "tree", "robot",
    "lock", "lock-fill", "check-lg", "check-circle", "arrow-counterclockwise", "arrow-90deg-left",
    "arrow-90deg-right", "chevron-right", "chevron-down", "sliders", "journal-text", "circle-half", "pencil",
    "record-circle", "signpost-2", "download", "upload", "patch-check", "trash3", "arrows-fullscreen",
    "printer", "eye-slash", "arrow-right", "arrow-repeat", "arrow-up-circle",
]
# fmt: on
SASS = "1.77.8"
# What of Bootstrap is used: its ground, and the fields and buttons that dash-bootstrap-components draws.
BOOTSTRAP = (
    *("functions", "variables", "variables-dark", "maps", "mixins", "root", "reboot", "forms", "buttons"),
    "helpers/visually-hidden",
)
SUBSETS = ("latin", "latin-ext", "greek")
VENDOR = Path(__file__).resolve().parents[1] / "dashboard" / "assets" / "vendor"


def unpacked(package: str, version: str, into: Path) -> Path:
    """Return the folder of a package's files, fetched with npm."""
    name = subprocess.run(
        ["npm", "pack", "--silent", f"{package}@{version}"], cwd=into, check=True, capture_output=True, text=True
    ).stdout.split()[-1]
    target = into / re.sub(r"\W", "_", package)
    with tarfile.open(into / name) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def icon_rule(name: str, svg: str) -> str:
    """Return one CSS rule that holds an icon as a mask."""
    slim = re.sub(r"\s+", " ", re.sub(r' (class|width|height)="[^"]*"', "", svg)).strip()
    slim = slim.replace(' fill="currentColor"', "")
    return f'.icon-{name}{{--icon:url("data:image/svg+xml,{quote(slim, safe=" =:/")}")}}'.replace("\n", "")


def bootstrap(sources: Path, into: Path) -> str:
    """Return the parts of Bootstrap that are used as one style sheet, made with Sass from its sources."""
    subprocess.run(["npm", "install", "--silent", "--no-save", "--prefix", into, f"sass@{SASS}"], cwd=into, check=True)
    (into / "used.scss").write_text("".join(f'@import "{part}";\n' for part in BOOTSTRAP))
    command = [into / "node_modules" / ".bin" / "sass", "--no-source-map", "--style=compressed", "--quiet"]
    return subprocess.run(
        [*command, f"--load-path={sources}", into / "used.scss"], check=True, capture_output=True, text=True
    ).stdout


def main() -> None:
    """Replace the vendor folder."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    VENDOR.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = {name: unpacked(name, version, Path(temporary)) for name, version in PACKAGES.items()}

        bundle = (folder["plotly.js"] / "dist" / "plotly-basic.min.js").read_bytes()
        name = f"plotly-basic-{PACKAGES['plotly.js']}.{hashlib.sha256(bundle).hexdigest()[:12]}.min.js"
        (VENDOR / name).write_bytes(bundle)
        (VENDOR / f"{name}.gz").write_bytes(gzip.compress(bundle, 9, mtime=0))
        (VENDOR / f"{name}.br").write_bytes(brotli.compress(bundle))

        (VENDOR / "bootstrap.min.css").write_text(bootstrap(folder["bootstrap"] / "scss", Path(temporary)))

        icons = folder["bootstrap-icons"] / "icons"
        rules = [icon_rule(icon, (icons / f"{icon}.svg").read_text()) for icon in ICONS]
        (VENDOR / "icons.css").write_text("\n".join(rules) + "\n")

        font = folder["@fontsource-variable/source-sans-3"]
        for subset in SUBSETS:
            shutil.copy(font / "files" / f"source-sans-3-{subset}-wght-normal.woff2", VENDOR)
        sheet = (font / "index.css").read_text()
        faces = [
            face
            for face in re.findall(r"@font-face \{.*?\}", sheet, re.S)
            if any(f"-{subset}-wght" in face for subset in SUBSETS)
        ]
        (VENDOR / "font.css").write_text("\n".join(faces).replace("./files/", "") + "\n")

        for package, licence in {
            "plotly.js": "LICENSE",
            "bootstrap": "LICENSE",
            "bootstrap-icons": "LICENSE",
            "@fontsource-variable/source-sans-3": "LICENSE",
        }.items():
            short = package.rsplit("/", 1)[-1]
            shutil.copy(folder[package] / licence, VENDOR / f"LICENSE-{short}.txt")
    rows = "\n".join(f"| {name} | {version} |" for name, version in PACKAGES.items())
    (VENDOR / "README.md").write_text(
        "# Third-party files\n\nMade by `python tools/vendor.py`; never edited by hand. Licences lie beside them.\n\n"
        f"| package | version |\n|---|---|\n{rows}\n"
    )


if __name__ == "__main__":
    main()
