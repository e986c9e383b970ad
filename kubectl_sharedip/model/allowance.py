"""What a plan may need leave for. Apart from plans, since the command line names them before it loads any."""

from __future__ import annotations

from typing import Literal

Allowance = Literal["unpin", "others", "policy", "moves", "owned", "unseen"]
ALLOWANCES: tuple[Allowance, ...] = ("unpin", "others", "policy", "moves", "owned", "unseen")
