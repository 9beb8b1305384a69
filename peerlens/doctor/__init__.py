"""``peerlens doctor``: looks at a set-up from the machine it runs on, and says what is wrong.

What was seen is a frozen ``...Reading``; what it means is decided in pure functions, which make a
:class:`~peerlens.doctor.finding.Finding` of it.
"""
