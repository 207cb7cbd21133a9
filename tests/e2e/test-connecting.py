#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""From an address to a conversation, or to the reason why not: what the dialog says, what it remembers, who may connect besides. One case a run.

Usage: test-connecting.py CASE
"""

import contextlib
import importlib
import os
import signal
import socket
import sys
import threading
import types

from gi.repository import GLib

from desktop import Failure, run_case, wait_until

windows = importlib.import_module('test-windows')


# Places to connect to, each with its port

@contextlib.contextmanager
def nobody():
    from guests import free_port
    yield free_port()


@contextlib.contextmanager
def full():
    """It listens, and its queue is full: the kernel drops every further SYN."""
    with socket.create_server(('127.0.0.1', 0), backlog=0) as listener, contextlib.ExitStack() as stack:
        port = listener.getsockname()[1]
        for _ in range(2):
            one = stack.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(('127.0.0.1', port))
        yield port


@contextlib.contextmanager
def says(words):
    """It accepts, says that when it has heard something, and closes; silent, it closes at once."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.settimeout(30)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    guest, _ = listener.accept()
                    with guest:
                        guest.settimeout(10)
                        guest.recv(4096) if words else None
                        guest.sendall(words)
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]


FAILURES = [
    # who is there, the address, what is said of it: title, sentence, hints
    (nobody, '127.0.0.1:{port}', '127.0.0.1 answers, but nobody is listening there', 'no program waits on port {port}', 'Is the server started?'),
    (nobody, 'nowhere.invalid', 'The name nowhere.invalid leads nowhere', 'No address is known', 'Use the number the host shows'),
    (full, '127.0.0.1:{port}', 'No answer from 127.0.0.1', 'Nothing came back', ' times: at 0, 1, ', 'sudo ufw allow {port}/tcp'),
    (lambda: says(b''), '127.0.0.1:{port}', '127.0.0.1 closed the connection before a word', 'It may be full, or not want you'),
    (lambda: says(b'ERROR :Closing link: you are banned <b>here</b>\r\n'), 'irc://127.0.0.1:{port}', '127.0.0.1 did not let you in',
     'you are banned <b>here</b>'),
    (lambda: says(b':irc.example 451 * :You have not registered\r\n'), 'ircs://127.0.0.1:{port}', '127.0.0.1 does not speak TLS', 'nothing can be encrypted',
     'Is the port right?'),
    (lambda: says(b''), 'ircs://127.0.0.1:{port}/lobby?key=sha256:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
     '127.0.0.1 closed the connection before it was encrypted', 'It may be full, or not want you'),
    (nobody, 'udp://nowhere.invalid:{port}', 'The name nowhere.invalid leads nowhere', 'No address is known'),
    (nobody, 'unix:/nowhere/at/all', 'This address cannot be used', 'Is the path right?'),
]


def failures(desktop):
    """Each way of failing is said in words, with what to try; the form comes back with what was typed, and none leaves a conversation behind."""
    from window import Window
    window = Window(desktop, 'wei')
    window.press('Connect…')
    for place, pattern, *said in FAILURES:
        with place() as port:
            address = pattern.format(port=port)
            window.write('Address', address)
            window.press('Connect')
            for text in said:
                window.shows(text.format(port=port), 25, roles=window.LABEL)
            desktop.picture(f'failure-{FAILURES.index((place, pattern, *said))}')
            window.press('Change the Address')
            if window.read('Address') != address:
                raise Failure(f'the form says {window.read("Address")!r} after {address!r}')
    window.press('Cancel')
    nothing_left(window)


def nothing_left(window):
    wait_until('the dialog is closed', lambda: not window.look(window.TEXT, 'Address'))
    window.shows('Welcome to Handshake')
    if rooms := window.rows('Rooms'):
        raise Failure(f'there is a conversation: {rooms}')


def cancel(desktop):
    """Cancel while SYN is not answered, and while the other side says nothing: at once, in good order, with nothing left behind."""
    from window import Window
    window = Window(desktop, 'wei')
    with full() as port:
        windows.connect(window, f'127.0.0.1:{port}')
        window.shows('Sent', roles=window.LABEL)  # and after a second, how often
        window.press('Cancel')
        nothing_left(window)
    with socket.create_server(('127.0.0.1', 0)) as listener:
        windows.connect(window, f'irc://127.0.0.1:{listener.getsockname()[1]}')
        guest, _ = listener.accept()
        with guest:
            guest.settimeout(10)
            heard = guest.recv(4096)
            window.shows('Welcome', roles=window.LABEL)
            window.press('Cancel')
            nothing_left(window)
            while data := guest.recv(4096):
                heard += data
    if not heard.startswith(b'CAP LS'):
        raise Failure(f'it said {heard!r}')
    ana, port = windows.host(desktop)
    windows.connect(window, f'127.0.0.1:{port}', '李伟')
    window.find(window.TEXT, 'Message')
    window.send('还是来了')
    ana.row('Messages', '还是来了')


def recent(desktop):
    """Addresses that were joined are offered, newest first, after a restart too; one press joins, with the protocol chosen then."""
    from guests import TurnTakingServer
    from window import Window
    kept = {'GSETTINGS_BACKEND': 'keyfile'}
    ana, port = windows.host(desktop)
    server = TurnTakingServer(['你好'])
    server.start()
    room, plain = f'127.0.0.1:{port}', f'tcp://127.0.0.1:{server.port}'
    wei = Window(desktop, 'wei', environment=kept)
    windows.connect(wei, room, '李伟')
    wei.find(wei.TEXT, 'Message')
    wei.press('Disconnect')
    wei.find(wei.BUTTON, 'Join Again')
    windows.connect(wei, plain)
    wei.find(wei.TEXT, 'Message')
    wei.press('Connect…')
    offers(wei, plain, room)
    desktop.picture('recent')
    wei.activate('Recent', 1)
    wait_until('the dialog is closed', lambda: not wei.look(wei.TEXT, 'Address'))
    ana.shows('2 people', roles=ana.LABEL)
    wei.shows('2 people', roles=wei.LABEL)
    wei.send('又来了')
    ana.row('Messages', '李伟', '又来了')

    windows.end(wei, 'close')
    wei = Window(desktop, 'wei', environment=kept)
    wei.press('Connect…')
    offers(wei, room, plain)
    if wei.read('Your Name') != '李伟':
        raise Failure(f'the name is {wei.read("Your Name")!r}')


@contextlib.contextmanager
def untouched():
    """It must not be connected to."""
    with socket.create_server(('127.0.0.1', 0)) as listener:
        listener.setblocking(False)
        yield listener.getsockname()[1]
        with contextlib.suppress(BlockingIOError):
            listener.accept()
            raise Failure('it was connected to')


def more(desktop):
    """Return on a row does what a click on it does: it opens More, and does not press Connect; in a field it connects."""
    from window import Window
    with untouched() as port:
        window = Window(desktop, 'wei')
        window.press('Connect…')
        window.write('Address', f'127.0.0.1:{port}')
        window.focus()
        window.tab_to('More')
        window.xdotool('key', 'Return')
        window.find(window.TEXT, 'Account Password')
        window.find(window.TEXT, 'Address')
        desktop.picture('more')
    window.tab_to('Line Ending')
    window.xdotool('key', '--delay', '100', 'Return')
    window.shows('CR LF')
    window.xdotool('key', '--delay', '100', 'Escape')
    window.find(window.TEXT, 'Account Password')


def encrypted(desktop):
    """By its address a hosted room is asked once what it is; all else is encrypted: nobody on the way reads a name or a word. Joined again, it is at once."""
    from guests import Listener
    from window import Window
    ana, port = windows.host(desktop)
    between = Listener(port)
    between.start()
    wei = Window(desktop, 'wei')
    windows.connect(wei, f'127.0.0.1:{between.port}', 'Li Wei')
    wei.find(wei.TEXT, 'Message')
    wei.send('nobody else reads this')
    ana.row('Messages', 'Li Wei', 'nobody else reads this')
    ana.send('nor that')
    wei.row('Messages', 'nor that')
    wei.wait_state('ESTABLISHED')
    wei.press('Disconnect')
    wei.press('Join Again')
    wei.find(wei.TEXT, 'Message')
    wei.wait_state('ESTABLISHED')
    wei.send('still not')
    ana.row('Messages', 'Li Wei', 'still not')
    desktop.picture('encrypted')
    asked, *hidden = between.heard
    if not asked.startswith(b'CAP LS 302\r\n:') or len(hidden) != 2 or any(stream[0] != 0x16 for stream in hidden):
        raise Failure(f'on the way went {[bytes(stream[:60]) for stream in between.heard]}')
    for word in (b'Wei', b'nobody', b'nor that', b'still', b'NICK', b'PRIVMSG'):
        if any(word in stream for stream in between.heard):
            raise Failure(f'{word} could be read')


def offers(window, *addresses):
    """The dialog lists these, in this order."""
    def look():
        found = [label.get_name() or '' for label in window.nodes(window.LABEL, within=window.find(window.LIST, 'Recent'))]
        return [line.split(' · ')[0] for line in found if ' · ' in line] == list(addresses)
    wait_until(f'{addresses} are offered', look)


def find_children(pid):
    with open(f'/proc/{pid}/task/{pid}/children') as children:
        return [int(child) for child in children.read().split()]


def another_person(desktop):
    """New Window as Another Person: a program of its own with a name and a history of its own, which talks with the first one."""
    from window import Window

    class Person(Window):
        def __init__(self, profile, pid):
            self.desktop, self.profile, self.word, self.application = desktop, profile, ana.word, None
            self.process = types.SimpleNamespace(pid=pid, poll=lambda: None)
            wait_until(f'the window of {profile} is on the bus', self.appeared, 30)

    ana, port = windows.host(desktop)
    started = []
    try:
        for number in (2, 3):
            ana.press('Main Menu')
            ana.choose('New Window as Another Person')
            pid = wait_until('a program is started', lambda: next((pid for pid in find_children(ana.process.pid) if pid not in started), None))
            started.append(pid)
            name = f'Person {number}'
            person = Person(name, pid)
            person.shows(f'Handshake ({name})')
            windows.connect(person, f'127.0.0.1:{port}', name)
            person.find(person.TEXT, 'Message')
            person.send(f'这是第 {number} 个')
            ana.row('Messages', name, f'这是第 {number} 个')
        ana.shows('3 people', roles=ana.LABEL)
        desktop.picture('another-person')
        folders = sorted(folder.name for folder in (desktop.folder / 'home/.local/share/handshake').iterdir())
        if len(folders) != 3:
            raise Failure(f'their histories are in {folders}')
    finally:
        for pid in started:
            os.kill(pid, signal.SIGTERM)


def several(desktop):
    """Every address of the command line is asked about, one after the other; one that is cancelled does not keep the next away."""
    from window import Window
    ana, port = windows.host(desktop)
    with nobody() as dead, says(b'hello\n') as other:
        wei = Window(desktop, 'wei', f'127.0.0.1:{port}', f'127.0.0.1:{dead}', f'tcp://127.0.0.1:{other}')
        wait_until('the first stands there', lambda: wei.read('Address') == f'127.0.0.1:{port}')
        wei.press('Connect')
        wait_until('the second stands there', lambda: wei.look(wei.TEXT, 'Address') and wei.read('Address') == f'127.0.0.1:{dead}')
        wei.row('Rooms', 'Lobby')
        wei.press('Cancel')
        wait_until('the third stands there', lambda: wei.look(wei.TEXT, 'Address') and wei.read('Address') == f'tcp://127.0.0.1:{other}')
        desktop.picture('several')
        wei.press('Cancel')
        wait_until('that was the last', lambda: not wei.look(wei.TEXT, 'Address'))
        # The desktop hands over several, too, to the window that is there
        wei.bus_call('org.freedesktop.Application', 'Open', GLib.Variant('(asa{sv})', ([f'irc://127.0.0.1:{dead}/', 'ircs://[::1]:9/#b'], {})))
        wait_until('what the desktop opened', lambda: wei.look(wei.TEXT, 'Address') and wei.read('Address') == f'irc://127.0.0.1:{dead}/')
        wei.press('Cancel')
        wait_until('and the other', lambda: wei.look(wei.TEXT, 'Address') and wei.read('Address') == 'ircs://[::1]:9/#b')


CASES = {'failures': failures, 'cancel': cancel, 'several': several, 'more': more, 'encrypted': encrypted, 'recent': recent, 'another-person': another_person}

if __name__ == '__main__':
    name = sys.argv[1]
    sys.exit(run_case(f'/e2e/connecting/{name}', CASES[name]))
