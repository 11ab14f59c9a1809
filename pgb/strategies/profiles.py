"""Hypothesis profiles shared by the tests of the project and of the installed counterexamples."""

from __future__ import annotations

import os

from hypothesis import settings

#: Name -> settings: ``ci`` draws the same examples every time, ``dev`` new ones, ``deep`` many.
PROFILES: dict[str, settings] = {
    "ci": settings(
        max_examples=100,
        derandomize=True,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=(),
    ),
    "dev": settings(max_examples=100, deadline=None, suppress_health_check=()),
    "deep": settings(max_examples=2000, deadline=None, suppress_health_check=()),
}


def load_profile() -> str:
    """Load ``deep`` if the variable PGB_DEEP is set, ``ci`` if CI is, else ``dev``.

    A profile that was asked for on the command line (``--hypothesis-profile``) stays. Returns the
    name of the profile in force.
    """
    chosen = settings.get_current_profile_name()
    for name, profile in PROFILES.items():
        settings.register_profile(name, profile)
    if chosen in ("default", "ci"):
        chosen = "deep" if os.environ.get("PGB_DEEP") else "ci" if os.environ.get("CI") else "dev"
        settings.load_profile(chosen)
    return chosen
