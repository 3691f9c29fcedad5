"""Turns the faults of an endpoint into ours, each with the setting that mends it.

A vendor's own message is never passed on: some repeat the key or the customer's words.
"""

from __future__ import annotations

import httpx

from connectors.model_openai.bounded import too_long
from domain.errors import ConfigurationError, InvalidModelOutput, ModelRefused, ModelUnavailable
from domain.model_usage import Endpoint

PASSING = (408, 409, 425, 429)  # and everything from 500: the same request may succeed later


def translated(error: Exception, one: Endpoint, seconds: float) -> Exception:
    """Our error for one of the client's, in words of our own."""
    # Imported here for the reason given in model.py, whose constructor has loaded it.
    import openai

    if isinstance(error, openai.APIStatusError):
        return _refusal(one, error.status_code)
    if too_long(error):
        return InvalidModelOutput(f"{one.provider} sent a response without end")
    if isinstance(error, TimeoutError | openai.APITimeoutError | httpx.TimeoutException):
        return ModelUnavailable(f"{one.provider} did not answer within {seconds:g} s")
    if isinstance(error, openai.APIResponseValidationError):
        return InvalidModelOutput(f"{one.provider} sent something that is no answer")
    broken = (httpx.ReadError, httpx.RemoteProtocolError)
    if isinstance(error, broken) or isinstance(error.__cause__, broken):
        return ModelUnavailable(f"{one.provider} broke the connection off")
    if isinstance(error, openai.APIConnectionError | httpx.HTTPError):
        return ModelUnavailable(
            f"{one.provider} cannot be reached at {one.base_url}; check {one.setting('BASE_URL')}"
        )
    if isinstance(error, openai.APIError):
        return ModelUnavailable(f"{one.provider} broke its answer off with an error")
    cause = type(error).__name__
    return InvalidModelOutput(f"{one.provider} sent something that is no answer ({cause})")


def _refusal(one: Endpoint, status: int) -> Exception:
    """Our error for an answer with a status that is not 200."""
    if status in PASSING or status >= 500:
        return ModelUnavailable(f"{one.provider} answered {status}")
    if status in (401, 403):
        remedy = f"does not take the key; set {one.setting('KEY')}"
    elif status == 402:
        remedy = "wants to be paid; top up the account"
    elif status == 404:
        remedy = (
            f"knows no model {one.model!r} at {one.base_url}; set {one.setting('MODEL')}"
            f" or {one.setting('BASE_URL')}"
        )
    elif status < 400:
        remedy = f"has moved from {one.base_url}; set {one.setting('BASE_URL')}"
    else:
        remedy = (
            f"does not take the request; check {one.setting('MODEL')}, {one.setting('EXTRA_BODY')}"
            " and that the model can call functions"
        )
    return ModelRefused(f"{one.provider} {remedy} (status {status})")


def check(endpoint: Endpoint) -> None:
    """Refuse an endpoint that cannot work, before it is asked.

    Raises:
        ConfigurationError: names the setting.
    """
    try:
        address = httpx.URL(endpoint.base_url)
    except httpx.InvalidURL:
        address = httpx.URL()
    if address.scheme not in ("http", "https") or not address.host:
        raise ConfigurationError(
            f"{endpoint.setting('BASE_URL')} must begin with http:// or https://"
        )
    if endpoint.key_needed and not (endpoint.key and endpoint.key.get_secret_value()):
        raise ConfigurationError(
            f"{endpoint.setting('KEY')} is empty; set it, or take {endpoint.provider!r} out of NIGHTDESK_MODEL"
        )
