# Made from budget.py by tools/stubs.py: do not edit
from dataclasses import dataclass
from rlm.models.usage import Usage
from typing import Any
__all__ = ['check_whole', 'check_amount', 'names_near', 'Limits', 'as_limits', 'BudgetExceeded', 'Reservation', 'Budget']

def check_whole(name: str, v: object, least: int=1, most: int | None=None, none: str='') -> Any: ...

def check_amount(name: str, v: object, none: str='', unit: str='') -> Any: ...

def names_near(cls: Any) -> Any: ...

@dataclass(frozen=True)
class Limits:
    """How far one run may go, its sub-calls included; None for no limit. `Limits()` is for runs that go wrong: an honest one hardly meets it

    Fields::

        name       type        default   meaning
        steps      int|None    50        Root model replies, the last of which must be the answer
        calls      int|None    2000      Requests to models that are sent: replies, failures and retries; what
                                         a cache answers is none
        tokens     int|None    20000000  Tokens sent and received
        cost       float|None  None      US dollars; needs models whose price litellm knows
        time       float|None  None      Seconds
        errors     int|None    None      Cells and tool calls in a row that fail
        depth      int         1         Levels of sub-calls; at 1 a sub-call is a plain model call
        cell_time  float|None  None      Seconds for one cell of code
        history    float       0.75      Share of the root model's window that its prompt may fill before the
                                         history is compacted
    """
    steps: int | None = ...
    calls: int | None = ...
    tokens: int | None = ...
    cost: float | None = ...
    time: float | None = ...
    errors: int | None = ...
    depth: int = ...
    cell_time: float | None = ...
    history: float = ...
    def __post_init__(self) -> None: ...
    @classmethod
    def none(cls, **more: Any) -> Limits:
        """No limit at all, but for those that are given

        Parameters::

            name    type  default  meaning
            **more                 Limits to set all the same, such as `cost`
        """

def as_limits(limits: Limits | None=None) -> Limits: ...

class BudgetExceeded(Exception):
    """A limit leaves no room for what was asked

    Parameters::

        name     type  default  meaning
        limit    str            Which one: `calls`, `tokens`, `cost` or `time`
        message  str            One sentence
    """
    kind: str
    limit: str
    def __init__(self, limit: str, message: str) -> None: ...

@dataclass(frozen=True)
class Reservation:
    calls: int = ...
    tokens: int = ...
    cost: float = ...
    def __add__(self, o: Any) -> Reservation: ...
    def __sub__(self, o: Any) -> Reservation: ...

class Budget:
    """What one run and all its sub-calls have used, against its limits; safe from any thread

    Parameters::

        name    type         default  meaning
        limits  Limits|None  None     How far the run may go; None for no limit
    """
    limits: Any
    start: Any
    failed: int
    root: Any
    parent: Any
    def __init__(self, limits: Limits | None=None) -> None: ...
    @property
    def usage(self) -> Usage:
        """Everything used so far"""
    def add(self, usage: Usage, key: tuple=..., reservation: Reservation | None=None, worth: float=0.0) -> None:
        """Count one call; where nobody knows its cost, what was reserved for it stays booked against the limit

        Parameters::

            name         type              default          meaning
            usage        Usage                              What one call used
            key          tuple             (0, 'root', '')  Its depth, role and model
            reservation  Reservation|None  None             What had been reserved for it
            worth        float             0.0              US dollars to book against the limit if the usage has no cost, unless
                                                            more was reserved
        """
    def release(self, reservation: Reservation, sent: bool=False, unsettled: bool=False) -> None:
        """Give a reservation back

        Parameters::

            name         type         default  meaning
            reservation  Reservation           Of a call that was not billed
            sent         bool         False    Did it go out? Then it counts as a call all the same
            unsettled    bool         False    Did nobody say what came of it? It may be billed, and what was
                                               reserved for it stays taken
        """
    def keep(self, tokens: int=0, cost: float=0.0) -> None:
        """Keep something back for the last call, as far as there is room beside what others keep: a run that begins late takes nobody's last call

        Parameters::

            name    type   default  meaning
            tokens  int    0        Tokens that the last call will need
            cost    float  0.0      What they cost, US dollars
        """
    def close(self) -> None:
        """The run is over: keep nothing back any more"""
    def seconds_left(self, last: bool=False) -> float | None:
        """Time that is left

        Parameters::

            name     type        default  meaning
            last     bool        False    For the last call, which may use what is kept back?
            returns  float|None           None without a limit
        """
    def reserve(self, tokens: int=0, cost: float=0.0, last: bool=False) -> Reservation:
        """Take what a call will need, before it is sent

        Parameters::

            name     type         default  meaning
            tokens   int          0        Estimate for the call, prompt and reply
            cost     float        0.0      Estimate for the call, US dollars
            last     bool         False    Is this the last call, for which something was kept back?
            returns  Reservation           To be handed to `add`, or to `release`; raises `BudgetExceeded`
        """
    def left(self) -> dict:
        """What can still be used"""
    def share(self) -> tuple[float, str]:
        """The share of the tightest limit that is used, and its name"""
    def roomy(self, tokens: int=0, cost: float=0.0) -> bool:
        """Is there room for 32 such calls, and so for all that may be under way at once?

        Parameters::

            name     type   default  meaning
            tokens   int    0        Estimate for a call
            cost     float  0.0      Likewise, US dollars
            returns  bool            Then a rough estimate will do
        """
    def child(self) -> Budget:
        """The budget of a child run: it tells what the child used, while the limits are those of the whole tree"""
