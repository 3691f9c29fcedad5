"""What the desk of the browser benchmark is started with."""

from __future__ import annotations

from evals.bench_models.browser import environment


def test_a_benchmark_gets_none_of_the_operators_settings() -> None:
    own = {
        "PATH": "/bin",
        "NIGHTDESK_DATABASE_URL": "postgresql+psycopg://desk",
        "nightdesk_erp_url": "https://erp",
        "NIGHTDESK_CACHE": "/cache",
    }
    given = environment(own, "http://127.0.0.1:1/v1")
    assert given["PATH"] == "/bin"
    assert given["NIGHTDESK_CACHE"] == "/cache"
    assert given["NIGHTDESK_PROVIDERS__BENCH__BASE_URL"] == "http://127.0.0.1:1/v1"
    assert not {"NIGHTDESK_DATABASE_URL", "nightdesk_erp_url"} & set(given)
