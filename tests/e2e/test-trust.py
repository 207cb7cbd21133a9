#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a window trusts, and what it says of it: first seen, compared, another key at the same address, an invite. One case a run.

Usage: test-trust.py CASE
"""

import contextlib
import ctypes
import importlib
import os
import re
import socket
import subprocess
import sys

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib

from desktop import Failure, Skip, run_case, wait_until

windows = importlib.import_module('test-windows')

CLONE_NEWNET = 0x40000000
NUMBER = re.compile(r'^\d{5} \d{5} \d{5} \d{5}$')


class Server:
    """handshake-server with a key of its own, on a port of its own or on the one given."""

    def __init__(self, desktop, name, port=None):
        from guests import free_port
        from window import handshake
        self.port = port or free_port()
        program = os.path.join(os.path.dirname(handshake()[0]), 'handshake-server')
        self.process = desktop.start([program, '--port', str(self.port), '--address', '127.0.0.1', '--data-dir', f'{desktop.folder}/{name}'])
        wait_until(f'{name} listens', self.listens)

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(('127.0.0.1', self.port)) == 0

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


def numbers(window):
    """The numbers that can be seen, each once. What closes while it is looked at has none."""
    with contextlib.suppress(GLib.Error):
        return {text for text in window.says() if NUMBER.match(text)}
    return set()


def number_of(window):
    """The one that the host's own Invite shows."""
    window.press('Invite')
    number = wait_until('a number is shown', lambda: next(iter(numbers(window)), None))
    window.close_top()
    return number


def lock(window, words):
    window.press(f'Security: {words}')


def choose_page(window, name):
    def look():
        return next(window.nodes({Atspi.Role.PAGE_TAB}, name), None)
    Atspi.Action.do_action(wait_until(f'there is a page “{name}”', look), 0)


def compared(desktop):
    """First seen, compared once, and known from then on, after a restart too; the preferences list it, under the name that a person gives it."""
    from window import Window
    kept = {'GSETTINGS_BACKEND': 'keyfile'}
    ana, port = windows.host(desktop)
    number = number_of(ana)
    wei = Window(desktop, 'wei', environment=kept)
    windows.connect(wei, f'127.0.0.1:{port}', '李伟')
    wei.find(wei.TEXT, 'Message')
    wei.shows('First seen today · 2 people', roles=wei.LABEL)
    lock(wei, 'First seen today')
    wait_until('the same number as the host’s', lambda: numbers(wei) == {number})
    desktop.picture('trust-first-seen')
    wei.press('The Numbers Are the Same')
    wei.shows('Compared by you · 2 people', roles=wei.LABEL)
    desktop.picture('trust-compared')
    wei.quit()
    wei = Window(desktop, 'wei', environment=kept)
    wei.press('Join Again')
    wei.find(wei.TEXT, 'Message')
    wei.shows('Compared by you · 2 people', roles=wei.LABEL)
    wei.keys('ctrl+comma')
    choose_page(wei, 'Security')
    wei.row('Known Servers', '127.0.0.1')
    wei.shows('You compared its number', roles=wei.LABEL)
    desktop.picture('trust-preferences')
    wei.press('Forget Everything…')
    wei.press('Forget')
    wait_until('none is known', lambda: not wei.rows('Known Servers'))


def changed(desktop):
    """Another server at a known address: it stops, both numbers are shown, and the way on is to type the one that the host shows."""
    from window import Window
    old = Server(desktop, 'old')
    wei = Window(desktop, 'wei')
    windows.connect(wei, f'127.0.0.1:{old.port}', '李伟')
    wei.find(wei.TEXT, 'Message')
    lock(wei, 'First seen today')
    before = wait_until('a number is shown', lambda: next(iter(numbers(wei)), None))
    wei.close_top()
    old.stop()
    new = Server(desktop, 'new', old.port)
    wei.press('Join Again')
    wei.press('Show Numbers…')
    shown = wait_until('both numbers are shown', lambda: len(numbers(wei)) == 2 and numbers(wei))
    if before not in shown:
        raise Failure(f'{before} is not among {shown}')
    desktop.picture('trust-changed')
    after, = shown - {before}
    wei.press('Forget the Old Key…')
    button = wei.find(wei.BUTTON, 'Forget the Old Key')
    for wrong in ('', before, after[:-1]):
        wei.write('Number your host shows', wrong)
        if button.get_state_set().contains(wei.SENSITIVE):
            raise Failure(f'it would go on with “{wrong}”')
    desktop.picture('trust-changed-question')
    wei.write('Number your host shows', after)
    wei.press('Forget the Old Key')
    wei.find(wei.TEXT, 'Message')
    wei.shows('Compared by you', roles=wei.LABEL)
    wei.send('你好')
    wei.row('Messages', '你好')
    new.stop()


def invited(desktop):
    """The link of Invite joins, already known; with another key behind it there is no way on."""
    from window import Window
    ana, port = windows.host(desktop)
    ana.press('Invite')
    link = ana.shows('ircs://', roles=ana.LABEL)
    ana.close_top()
    here = re.sub(r'^ircs://[^/]*/', f'ircs://127.0.0.1:{port}/', re.sub(r'&also=[^&]*', '', link))
    wei = Window(desktop, 'wei')
    windows.connect(wei, here, '李伟')
    wei.find(wei.TEXT, 'Message')
    wei.shows('Known from the invite', roles=wei.LABEL)
    wei.shows(f'Hosted at 127.0.0.1:{port}.', roles=wei.LABEL)
    wei.send('我来了')
    ana.row('Messages', '我来了')
    wrong = here.replace('key=sha256:', 'key=sha256:' + 'A' * 42 + 'E&x=')
    eva = Window(desktop, 'eva')
    windows.connect(eva, wrong, 'Eva')
    shown = wait_until('both numbers are shown', lambda: len(numbers(eva)) == 2 and numbers(eva))
    desktop.picture('trust-not-invited')
    said = eva.says()
    if any('Forget' in text or text == 'Try Again' for text in said):
        raise Failure(f'there is a way on: {said}')
    eva.press('Cancel')
    if not shown:
        raise Failure('no numbers')


def public(desktop):
    """Where anybody on the Internet could come in, the host is asked, once: with a password strangers stay out, without one they may come."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise Skip('no right to a network of its own')
    for words in ('link set lo up', 'link add wan0 type veth peer name far0', 'address add 9.9.9.9/24 dev wan0', 'link set wan0 up', 'link set far0 up'):
        subprocess.run(['ip', *words.split()], check=True)
    from guests import hosted_port
    from window import Window
    ana = Window(desktop, 'ana')
    ana.press('Start Server')
    ana.shows('This computer has a public address (9.9.9.9)')
    desktop.picture('public')
    ana.press('Cancel')
    ana.press('Start Server')
    ana.write('Password', '开门 sesame')
    ana.press('Start With Password')
    ana.find(ana.TEXT, 'Message')
    with socket.create_connection(('127.0.0.1', hosted_port(ana))) as stranger:
        stranger.settimeout(10)
        stranger.sendall(b'NICK stranger\r\nUSER s 0 * :s\r\n')
        if b' 464 ' not in (said := b''.join(iter(lambda: stranger.recv(4096), b''))):
            raise Failure(f'a stranger came in: {said}')
    wei = Window(desktop, 'wei')
    wei.press('Start Server')
    wei.press('Start Without Password')
    wei.find(wei.TEXT, 'Message')
    wei.press('Stop Server')
    wei.press('Start Server Again')
    wei.find(wei.TEXT, 'Message')


CASES = {'compared': compared, 'changed': changed, 'invited': invited, 'public': public}

if __name__ == '__main__':
    name = sys.argv[1]
    sys.exit(run_case(f'/e2e/trust/{name}', CASES[name]))
