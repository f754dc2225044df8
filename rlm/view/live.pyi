# Made from live.py by tools/stubs.py: do not edit
from contextlib import contextmanager
from dataclasses import dataclass
from rlm.trace.events import Event
from typing import Any, Iterator, Self
__all__ = ['Progress', 'is_terminal', 'StatusLine', 'StepLines', 'Watch', 'coloured']

@dataclass
class Progress:
    """How a run stands

    Fields::

        name      type        default      meaning
        limits    dict        dict()       Name of a limit, such as `steps`, `tokens`, `cost` or `time` -> the
                                           limit; None for none
        step      int         0            Root calls so far, failed ones aside
        thinks    bool        False        Is the root model asked?
        running   int|None    None         `id` of the root's cell that runs
        asked     int         0            Sub-calls so far, those of child runs too
        done      int         0            Of these, answered
        failed    int         0            Of these, failed
        children  int         0            Child runs under way
        errors    int         0            Cells of the root that failed
        tokens    int         0            Sent and received
        cost      float|None  0.0          US dollars; None when the price of any call is unknown
        code      str         ''           Of the cell that runs, or ran last
        output    str         ''           The end of what it gave
        over      str         ''           Why the run is over
        lines     list        list()       A line for each step that is over; whoever shows them takes them out
        start     float       monotonic()
    """
    limits: dict = ...
    step: int = ...
    thinks: bool = ...
    running: int | None = ...
    asked: int = ...
    done: int = ...
    failed: int = ...
    children: int = ...
    errors: int = ...
    tokens: int = ...
    cost: float | None = ...
    code: str = ...
    output: str = ...
    over: str = ...
    lines: list = ...
    start: float = ...
    def __post_init__(self) -> None: ...
    @property
    def in_flight(self) -> int: ...
    def add(self, e: Event) -> None:
        """Count an event

        Parameters::

            name  type   default  meaning
            e     Event           The next one; from any thread
        """
    def doing(self) -> str:
        """What happens now"""
    def subcalls(self) -> str:
        """How the sub-calls stand"""
    def parts(self) -> list:
        """What there is to say, in the order in which it is said"""
    def line(self, width: int | None=None, sep: str=' · ') -> str:
        """All of it in a line

        Parameters::

            name   type      default  meaning
            width  int|None  None     Columns; None for no bound
            sep    str       ' · '    Between two parts
        """

def is_terminal(stream: Any) -> bool: ...

class StatusLine:
    """One line of a terminal, rewritten in place, and gone at the end

    Parameters::

        name    type  default  meaning
        stream                 A terminal
    """
    stream: Any
    sep: Any
    seen: Any
    style: tuple
    def __init__(self, stream: Any) -> None: ...
    def draw(self, progress: Progress) -> None:
        """Write it, if it has changed

        Parameters::

            name      type      default  meaning
            progress  Progress           How the run stands
        """
    def hide(self, progress: Any) -> None:
        """Take it away until the next `draw`"""
    end = hide

class StepLines:
    """A plain line for each step, once it is over

    Parameters::

        name    type  default  meaning
        stream                 A text stream that is no terminal
    """
    stream: Any
    sep: Any
    def __init__(self, stream: Any) -> None: ...
    def draw(self, progress: Any) -> None: ...
    def hide(self, progress: Any) -> None: ...
    end = draw

class Watch:
    """Told of events, shows how a run stands: `with Watch(screen, limits) as watch: …`

    Parameters::

        name    type       default       meaning
        screen                           `StatusLine`, `StepLines` or the like
        limits  dict|None  None          As `Progress` takes them
        at_end             lambda: None  Called when nothing more is drawn
    """
    screen: Any
    progress: Progress
    at_end: Any
    def __init__(self, screen: Any, limits: dict | None=None, at_end: Any=...) -> None: ...
    def __call__(self, e: Any) -> None: ...
    @contextmanager
    def aside(self) -> Iterator[Any]:
        """While something else is printed, the line is away"""
    def __enter__(self) -> Self: ...
    def __exit__(self, *exc: Any) -> None: ...

def coloured(code: str, stream: Any) -> str: ...
