# SPDX-License-Identifier: GPL-3.0-or-later
"""The host keeps order: by the server's page, by the member list and by the room's menu; and whoever it is done to reads what was done."""

import socket
import sys
import time

from gi.repository import Atspi

from desktop import Failure, run_case, wait_until
from guests import PlainGuest, hosted_port
from window import WINDOW, Window

CELLS = {Atspi.Role.LIST_ITEM, Atspi.Role.TABLE_ROW}


class IrcGuest:
    """An IRC program of the simplest kind."""

    def __init__(self, port, nick):
        self.socket = socket.create_connection(('127.0.0.1', port), 10)
        self.socket.settimeout(0.05)
        self.heard = ''
        self.ended = False
        self.say(f'NICK {nick}')
        self.say(f'USER u 0 * :{nick}')

    def say(self, line):
        self.socket.sendall(line.encode() + b'\r\n')

    def listen(self):
        try:
            data = self.socket.recv(65536)
            self.heard += data.decode()
            self.ended = self.ended or data == b''
        except TimeoutError:
            pass
        except ConnectionError:
            self.ended = True

    def wait(self, text):
        def look():
            self.listen()
            return text in self.heard
        wait_until(f'an IRC guest hears “{text}”', look)

    def wait_end(self):
        def look():
            self.listen()
            return self.ended
        wait_until('an IRC guest is disconnected', look)


def host(desktop):
    window = Window(desktop, 'ana')
    window.press('Start Server')
    window.find(window.TEXT, 'Message')
    return window, hosted_port(window)


def rows(window):
    """The rows of the table but its head."""
    return [row for row in window.rows('Connections') if ', ' in row]


def click(window, node, *more):
    here = window.focus()
    extents = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    window.xdotool('mousemove', '--window', here, str(extents.x + 30), str(extents.y + extents.height // 2))
    window.xdotool(*more, 'click', '1')


def choose(window, text, count=1):
    """The guests whose rows hold the text, by searching for it and choosing all that are left."""
    window.write('Search connections', text)
    wait_until(f'{count} rows hold {text}', lambda: len(rows(window)) == count and all(text in row for row in rows(window)))
    table = window.find(window.LIST, 'Connections')
    click(window, next(node for node in window.nodes(window.ROW, within=table) if text in (node.get_name() or '')))
    window.xdotool('key', 'ctrl+a')


def confirm(window, reason):
    """Enter in the field of the question is its default answer."""
    window.write('Reason', reason)
    window.focus()
    window.xdotool('key', 'Return')
    wait_until('the question is gone', lambda: window.look(window.TEXT, 'Reason') is None)


def server_page(desktop):
    """Kick and ban, of one who speaks plain text and of one who speaks IRC; a ban is lifted; all that by the page."""
    window, port = host(desktop)
    irc = IrcGuest(port, 'berta')
    irc.wait(' 366 ')
    plain = PlainGuest(port)
    plain.send('hello from a script')
    window.row('Messages', 'hello from a script')
    window.focus()
    window.xdotool('key', 'F8')
    window.row('Connections', 'guest-1', 'Plain text', 'ESTABLISHED')
    window.row('Connections', 'berta', 'IRC', 'None')
    desktop.picture('server-page')

    # out of one of two rooms, then out of all
    irc.say('JOIN #slides')
    irc.wait(' 366 berta #slides ')
    choose(window, 'berta')
    window.press('Kick…')
    click(window, window.find({Atspi.Role.COMBO_BOX}, 'Out of'))
    window.xdotool('key', 'Down', 'Down', 'Return')
    window.shows('Out of this room. They may come back.')
    wait_until('the list of rooms has closed', lambda: window.look(window.ROW, 'Slides') is None)
    window.write('Reason', 'not here')
    window.focus()
    window.xdotool('key', 'Tab', 'Return')
    wait_until('the question is gone', lambda: window.look(window.TEXT, 'Reason') is None)
    irc.wait('KICK #slides berta :not here')
    choose(window, 'berta')
    window.press('Kick…')
    confirm(window, 'too loud')
    irc.wait('KICK #lobby berta :too loud')
    window.row('Connections', 'berta')
    choose(window, 'guest-1')
    window.press('Kick…')
    confirm(window, '')

    def gone():
        plain.listen()
        return plain.ended
    wait_until('the plain guest is gone', gone)
    if not plain.heard.endswith(b'q'):
        raise Failure(f'no bare q: {plain.heard}')

    choose(window, 'berta')
    window.press('More for the Chosen')
    window.choose('Ban Name')
    irc.wait(' 465 ')
    irc.wait_end()
    window.shows('1 banned')
    again = IrcGuest(port, 'berta')
    again.wait('You are banned from this server')
    again.wait_end()
    window.press('Undo')
    wait_until('nobody is banned', lambda: window.look(window.BUTTON, '1 banned') is None)
    back = IrcGuest(port, 'berta')
    back.wait(' 366 ')

    # Somebody without a name can be disconnected, and kept out by the address.
    window.write('Search connections', '')
    silent = PlainGuest(port)
    window.row('Connections', 'listener', seconds=20)
    choose(window, 'listener')
    window.press('More for the Chosen')
    window.choose('Disconnect…')
    confirm(window, '')

    def left():
        silent.listen()
        return silent.ended
    wait_until('the listener is gone', left)


def thousand(desktop):
    """1,200 guests: the table shows the last as well as the first, and the window answers all the time."""
    window, port = host(desktop)
    window.focus()
    window.xdotool('key', 'F8')
    guests = [IrcGuest(port, f'n{number}') for number in range(1200)]
    window.shows('1200 guests', seconds=60)
    window.row('Connections', 'n0, ')
    table = window.find(window.LIST, 'Connections')
    click(window, next(node for node in window.nodes(window.ROW, within=table) if 'n0, ' in (node.get_name() or '')))
    window.xdotool('key', 'End')
    window.row('Connections', 'n1199, ')
    begin = time.monotonic()
    for _ in range(20):
        window.xdotool('key', 'Prior')
    window.xdotool('key', 'Home')
    window.row('Connections', 'n0, ', seconds=20)
    if time.monotonic() - begin > 60:
        raise Failure(f'{time.monotonic() - begin:.1f} s for twenty pages')
    window.write('Search connections', 'n777')
    wait_until('one is found', lambda: len(rows(window)) == 1)
    desktop.picture('thousand')
    del guests


def invited(desktop):
    """Asked into a room and joining it by the button; sent out of it, with who did it and why; and the menu of a member."""
    ana, port = host(desktop)
    wei = Window(desktop, 'wei')
    wei.press('Connect…')
    wei.write('Address', f'127.0.0.1:{port}')
    wei.write('Your Name', 'Wei')
    wei.press('Connect')
    wei.find(wei.TEXT, 'Message')
    ana.send('/join slides')
    ana.row('Rooms', 'Slides')
    ana.shows('Slides', roles=WINDOW)
    ana.send('/invite Wei')
    wei.press('Join')
    wei.row('Rooms', 'Slides')
    ana.press('Room Menu')
    ana.choose('Rename Room…')
    ana.write('Name', 'my decks')
    ana.focus()
    ana.xdotool('key', 'Return')
    wei.row('Rooms', 'My-decks')
    wei.row('Messages', 'ana renamed the room: it is My-decks now')
    ana.send('/kick Wei too loud')
    wei.shows('ana removed you from the room: too loud')
    ana.send('/mode +i')
    wei.press('Join Again')
    wei.row('Messages', 'My-decks is for invited people only')


CASES = {'server-page': server_page, 'thousand': thousand, 'invited': invited}

if __name__ == '__main__':
    sys.exit(run_case(f'/e2e/moderation/{sys.argv[1]}', CASES[sys.argv[1]]))
