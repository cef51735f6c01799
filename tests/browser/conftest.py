"""One Chromium a file, as starting one takes longer than most tests; broker and agent are those of the integration tests."""

import importlib.util
import pathlib
import sys

import pytest

INTEGRATION = pathlib.Path(__file__).resolve().parents[1] / "integration"
sys.path.insert(0, str(INTEGRATION))

from browser import Browser  # noqa: E402 (the path comes first)
from page import Page, home_agent  # noqa: E402

# By its path: two files of the name conftest cannot both be imported by name.
_spec = importlib.util.spec_from_file_location("integration_conftest", INTEGRATION / "conftest.py")
_shared = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_shared)
started, folder, broker = _shared.started, _shared.folder, _shared.broker
pytest_configure, pytest_collection_modifyitems = _shared.pytest_configure, _shared.pytest_collection_modifyitems
pytest_runtest_makereport = _shared.pytest_runtest_makereport


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    one = Browser(tmp_path_factory.mktemp("chromium"))
    yield one
    one.close()


@pytest.fixture
def page(browser, started):  # `started` so that the page is left before its agent ends
    """The tab, as a reader finds it. Whatever the test does, the page must have had nothing to complain of."""
    browser.forget()
    one = Page(browser)
    yield one
    one.hurry(False)
    one.leave()
    assert one.complaints() == []


@pytest.fixture
def home(started, folder, broker, page):
    """An agent with its page open, slow enough that nothing moves while a test acts."""
    agent = home_agent(started, folder, broker, "--seconds-per-hour", "60")
    page.open(agent)
    return agent
