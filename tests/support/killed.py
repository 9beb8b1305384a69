"""Browsers that are gone from one moment to the next."""

import os
import signal

import psutil
from playwright.async_api import Page

from tests.support.polling import until


async def kill_browser_of(page: Page) -> None:
    """SIGKILL the browser's main process, and wait until all of its processes are gone."""
    browser = page.context.browser
    assert browser is not None
    session = await browser.new_browser_cdp_session()
    listed = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
    [main] = [entry["id"] for entry in listed if entry["type"] == "browser"]
    family = [psutil.Process(main), *psutil.Process(main).children(recursive=True)]
    os.kill(main, signal.SIGKILL)
    await until(lambda: not any(_runs(process) for process in family), "the browser to be gone")


def _runs(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
