"""
How long the property tests look, and with what.
"""

import os

from hypothesis import settings

# CI tries the same examples each time: whoever breaks something learns it, not whoever comes next.
# No deadline, because a busy machine is no fault.
settings.register_profile(
    "petition",
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,
    print_blob=True,
)
settings.load_profile("petition")
