"""Shared by all tests: one house over a folder of its own, opened once."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from domain.settings import Settings
from house import House


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    opened = await House.open(settings)
    yield opened
    await opened.close()
