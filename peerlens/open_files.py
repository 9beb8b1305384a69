"""How many sockets the process may open."""

import logging
import resource

logger = logging.getLogger(__name__)


def raise_limit() -> None:
    """Raise the soft limit on open files to the hard one.

    A viewer takes a UDP socket for each address of this machine: 500 of them do not fit into
    the usual soft limit of 1,024. Systems refuse values above what their kernel allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError) as error:
        logger.warning("open files stay limited to %s: %s", soft, error)
