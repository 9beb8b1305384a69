"""Why the operating system refused something, in its own words."""

import os


def os_reason(error: OSError) -> str:
    # asyncio puts its own words into strerror; names that do not resolve have negative numbers.
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or str(error)
