# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of handshake-probe share: it is run against small servers on loopback."""
import json
import os
import socket
import subprocess
import sys
import threading
import unittest

PROBE = sys.argv.pop(1)
ENVIRONMENT = dict(os.environ, LC_ALL='C.UTF-8')


def serve(listener, handle):
    """One guest, in a thread."""
    def run():
        try:
            guest, _ = listener.accept()
        except OSError:
            return
        with guest:
            guest.settimeout(20)
            handle(guest)
    threading.Thread(target=run, daemon=True).start()


def greet(guest):
    guest.sendall(b'welcome\r\n')
    while guest.recv(4096):
        pass


class ProbeCase(unittest.TestCase):
    def setUp(self):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.addCleanup(self.listener.close)
        self.address = '127.0.0.1:%d' % self.listener.getsockname()[1]

    def run_probe(self, *arguments, handle=None):
        if handle is not None:
            serve(self.listener, handle)
        return subprocess.run([PROBE, *arguments], capture_output=True, text=True, timeout=30, env=ENVIRONMENT, check=False)

    def run_json(self, *arguments, handle=None):
        done = self.run_probe('--json', *arguments, handle=handle)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    @staticmethod
    def states(lines):
        return [line['title'] for line in lines if line['kind'] == 'state']
