"""The lab in this process, with one student who has done a bench."""

import pytest

from dashboard.app import create_app
from dashboard.ledger import upgrade
from dashboard.settings import Settings
from tests.dashboard.web.hostile.renderer import Browser
from tests.dashboard.web.hostile.visit import Lab


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    folder = tmp_path_factory.mktemp("ledger")
    settings = Settings.from_environment({"EDGELAB_DATA_DIR": str(folder)})
    upgrade(settings.database_url)
    return Lab(Browser(create_app(settings)), folder / "ledger.sqlite3")
