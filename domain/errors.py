"""Everything that can go wrong.

NightdeskError              code · retryable
├── InputError              the sender can mend it
├── AccessError             NotIdentified · NotPermitted
├── UpstreamError           UpstreamTimeout · UpstreamUnavailable · RateLimited · Undeliverable
├── StorageError            nothing was kept, and nobody must be told that it was · AlreadyAnswered · HandedBack
├── ModelError              ModelUnavailable · ModelRefused · InvalidModelOutput · BudgetSpent
└── ConfigurationError      at start-up only; names the setting or the file, and the remedy
"""

from __future__ import annotations


class NightdeskError(Exception):
    """Base of all our faults. The message names the thing and the remedy."""

    code = "nightdesk"
    retryable = False


class InputError(NightdeskError):
    """The sender sent something that cannot be used."""

    code = "input"


class AccessError(NightdeskError):
    """Somebody asked for what is not theirs."""

    code = "access"


class NotIdentified(AccessError):
    """The conversation is unknown, or has no customer."""

    code = "not_identified"


class NotPermitted(AccessError):
    """No role of this principal was granted the scope."""

    code = "not_permitted"


class UpstreamError(NightdeskError):
    """A system that we call failed."""

    code = "upstream"
    retryable = True


class UpstreamTimeout(UpstreamError):
    """A system did not answer in time; whether it acted is unknown, and the key makes a retry safe."""

    code = "upstream_timeout"


class UpstreamUnavailable(UpstreamError):
    """A system could not be reached."""

    code = "upstream_unavailable"


class RateLimited(UpstreamError):
    """A system asks us to slow down; `after` is how many seconds to wait."""

    code = "rate_limited"

    def __init__(self, message: str, after: float = 2.0) -> None:
        super().__init__(message)
        self.after = after


class Undeliverable(UpstreamError):
    """A message will never arrive: the address is gone, or refuses us."""

    code = "undeliverable"
    retryable = False


class StorageError(NightdeskError):
    """The database did not keep something."""

    code = "storage"
    retryable = True


class AlreadyAnswered(StorageError):
    """The arrivals of a turn were answered by another run of the same turn."""

    code = "already_answered"
    retryable = False


class HandedBack(StorageError):
    """A colleague gave the conversation back while a turn ran: what it left unsaid has to be thought anew."""

    code = "handed_back"


class ModelError(NightdeskError):
    """The embedder or a language model failed."""

    code = "model"


class ModelUnavailable(ModelError):
    """A model did not answer in time, or cannot be reached; another one, or none, has to do."""

    code = "model_unavailable"
    retryable = True


class ModelRefused(ModelError):
    """The key, the model's name or the request is wrong; an operator has to mend it."""

    code = "model_refused"


class InvalidModelOutput(ModelError):
    """What a model sent is no answer."""

    code = "invalid_model_output"


class BudgetSpent(ModelError):
    """The tokens or the money of the day, or the calls of the turn, are used up."""

    code = "budget_spent"


class ConfigurationError(NightdeskError):
    """A setting or a data file is wrong; raised at start-up only."""

    code = "configuration"
