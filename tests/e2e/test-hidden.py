#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the connection-state panel costs while nobody looks at it: nothing. Each time a thread of the program wakes is counted by the kernel.

Usage: test-hidden.py     HANDSHAKE names the program (or HANDSHAKE_PREFIX where it is installed)
"""

import importlib
import pathlib
import sys
import time

from desktop import Failure, run_case

windows = importlib.import_module('test-windows')

QUIET = 12.0    # the composer's cursor blinks for 10 s
MEASURED = 6.0


def wakes(window):
    """How often each of its threads has gone to sleep, to be woken."""
    switches = {}
    for task in pathlib.Path(f'/proc/{window.process.pid}/task').iterdir():
        for line in (task / 'status').read_text().splitlines():
            if line.startswith('voluntary_ctxt_switches:'):
                switches[task.name] = int(line.split()[1])
    return switches


def count(named):
    time.sleep(QUIET)
    before = {name: wakes(window) for name, window in named.items()}
    time.sleep(MEASURED)
    return {name: sum(n - before[name].get(thread, 0) for thread, n in wakes(window).items()) for name, window in named.items()}


def show(window, shown):
    toggle = window.find(window.BUTTON, 'Connection')
    if toggle.get_state_set().contains(window.PRESSED) != shown:
        window.press('Connection')


def hidden(desktop):
    """Connected, host and guest, and silent: with the panel they look once a second; hidden, neither wakes by itself."""
    ana, port = windows.host(desktop)
    wei = windows.join(desktop, f'127.0.0.1:{port}')
    wei.wait_state('ESTABLISHED')
    wei.send('hello')
    ana.row('Messages', 'hello')
    both = {'ana': ana, 'wei': wei}
    shown = count(both)
    for window in both.values():
        show(window, False)
    hidden = count(both)
    print(f'# wake-ups in {MEASURED:g} s: shown {shown}, hidden {hidden}')
    if shown['wei'] < MEASURED - 1:
        raise Failure(f'with the panel it does not look once a second: {shown}')
    if any(n > 2 for n in hidden.values()):
        raise Failure(f'it wakes by itself: {hidden}')


if __name__ == '__main__':
    sys.exit(run_case('/e2e/hidden', hidden))
