#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the connection-state panel costs while it is shown: idle, and at 100 messages a second beside the same window without it. Fails beyond the aims.

Usage: bench-panel.py HANDSHAKE_SERVER     HANDSHAKE names the program
"""

import pathlib
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / 'e2e'))

from desktop import Desktop, end_with_parent

IDLE_AIM, BUSY_AIM = 1.0, 5.0   # percent of a core
RATE = 100
QUIET = 15.0                    # the composer's cursor blinks for 10 s
MEASURED = 20.0


def busy(pid):
    """Seconds of processor time, of threads that have ended too: clock_getcpuclockid (3)."""
    return time.clock_gettime((~pid << 3) | 2)


def share(pid, seconds=MEASURED):
    before, began = busy(pid), time.monotonic()
    time.sleep(seconds)
    return 100 * (busy(pid) - before) / (time.monotonic() - began)


class Talker:
    """A guest that says a line every so often, and hears all."""

    def __init__(self, port):
        self.on = threading.Event()
        self.socket = socket.create_connection(('127.0.0.1', port))
        self.socket.sendall(b'NICK talker\r\nUSER t 0 * :Talker\r\n')
        for work in (self.hear, self.talk):
            threading.Thread(target=work, daemon=True).start()

    def hear(self):
        while self.socket.recv(65536):
            pass

    def talk(self):
        for number in range(1 << 30):
            self.on.wait()
            self.socket.sendall(b'PRIVMSG #lobby :message %d of many\r\n' % number)
            time.sleep(1 / RATE)


def show(window, shown):
    toggle = window.find(window.BUTTON, 'Connection')
    if toggle.get_state_set().contains(window.PRESSED) != shown:
        window.press('Connection')


def main(server_program):
    desktop = Desktop()
    config = desktop.folder / 'server.conf'
    config.write_text('[limits]\nflood-protection=false\nper-address=0\n')
    server = subprocess.Popen([server_program, '--port', '0', '--data-dir', desktop.folder / 'server', '--config', config],
                              stdout=subprocess.PIPE, text=True, preexec_fn=end_with_parent)
    port = int(server.stdout.readline().rsplit(':', 1)[1])

    from window import Window
    window = Window(desktop, 'panel')
    window.press('Connect…')
    window.write('Address', f'127.0.0.1:{port}')
    window.write('Your Name', 'Ana')
    window.press('Connect')
    window.find(window.TEXT, 'Message')
    talker, pid = Talker(port), window.process.pid

    show(window, True)
    time.sleep(QUIET)
    idle = share(pid)
    talker.on.set()
    rows = {}
    for shown in (False, True):
        show(window, shown)
        time.sleep(3)
        rows[shown] = share(pid)
    talker.on.clear()
    own = rows[True] - rows[False]
    print(f'{"idle, panel shown":34} {idle:6.2f} % of a core (aim {IDLE_AIM:g})')
    print(f'{f"{RATE} messages a second":34} hidden {rows[False]:6.2f} %   shown {rows[True]:6.2f} %   the panel\'s {own:.2f} (aim {BUSY_AIM:g})')
    server.terminate()
    server.wait()
    desktop.close()
    return 1 if idle > IDLE_AIM or own > BUSY_AIM else 0


sys.exit(main(sys.argv[1]))
