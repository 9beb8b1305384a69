"""Reasons in the words of the operating system."""

import errno
import socket

from gateway.os_reason import os_reason


def test_asyncios_own_words_are_left_out() -> None:
    error = OSError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 9)")
    assert os_reason(error) == "Connection refused"


def test_names_that_do_not_resolve() -> None:
    error = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    assert os_reason(error) == "Name or service not known"


def test_one_without_a_number() -> None:
    assert os_reason(OSError("odd")) == "odd"
