#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job, end to end: real windows, real sockets, driven as a screen reader would. One case a run.

Usage: test-windows.py CASE     HANDSHAKE names the program (or HANDSHAKE_PREFIX where it is installed)
"""

import re
import shutil
import socket
import subprocess
import sys
import time

from desktop import Failure, Skip, run_case, wait_until


def host(desktop, name='ana'):
    """A window that has started a server; returns it with its port."""
    from guests import hosted_port
    from window import Window
    window = Window(desktop, name)
    window.press('Start Server')
    window.find(window.TEXT, 'Message')
    return window, hosted_port(window)


def connect(window, address, name=None):
    window.press('Connect…')
    window.write('Address', address)
    if name:
        window.write('Your Name', name)
    window.press('Connect')


def join(desktop, address, name='李伟'):
    from window import Window
    window = Window(desktop, 'wei')
    connect(window, address, name)
    window.find(window.TEXT, 'Message')
    return window


def conversation(desktop):
    """Two windows: start, connect, talk both ways, see ESTABLISHED, leave, see who closed and TIME-WAIT."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.wait_state('ESTABLISHED', 'observed')
    ana.send('早上好，李伟！👋')
    wei.row('Messages', '早上好，李伟！👋')
    wei.send('你好！I can hear you 🎉 <b>not bold</b> & so')
    ana.row('Messages', '李伟', '你好！I can hear you 🎉 <b>not bold</b> & so')
    wei.row('Messages', '你好！I can hear you 🎉 <b>not bold</b> & so')
    for number in range(5):
        (ana, wei)[number % 2].send(f'第 {number} 句')
    for window in (ana, wei):
        for number in range(5):
            window.row('Messages', f'第 {number} 句')
    ana.wait_state('ESTABLISHED')
    desktop.picture('conversation')
    wei.press('Disconnect')
    wei.wait_state('TIME-WAIT')
    desktop.picture('closed')
    wei.shows('began')
    ana.row('Messages', '李伟', 'left')
    ana.send('再见')
    ana.row('Messages', '再见')


def reading(desktop):
    """Who has chosen so tells that a message was seen, once its window is looked at; who has not tells nothing."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.prefer('Tell Others What You Have Read')
    ana.focus()
    ana.send('看到了吗？')
    ana.row('Messages', '看到了吗？', 'Accepted by the server')
    wei.row('Messages', '看到了吗？')
    wei.send('nobody has said that this was read')
    wei.focus()
    ana.row('Messages', '看到了吗？', 'Read')
    ana.row('A message’s way', 'Read: +')
    desktop.picture('reading')
    ana.focus()
    ana.row('Messages', 'nobody has said that this was read')
    wei.row('Messages', 'nobody has said that this was read', 'Accepted by the server')
    wei.never_row('Messages', 'nobody has said that this was read', ', Read', seconds=3)


def message_bytes(desktop):
    """What one has said is followed to the server's copy, and shown byte by byte; so is what one has heard."""
    from window import Atspi
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.wait_state('ESTABLISHED')
    wei.send('字 <b>')
    ana.row('Messages', '字 <b>')
    for stop in ('Written', 'On the wire', 'Acknowledged', 'Accepted'):
        wei.row('A message’s way', stop, 'ms')
    wei.press('Show Bytes')
    wei.shows('E5 AD 97')
    wei.shows('CR LF')
    wei.shows('Header, calculated: 17 03 03')
    wei.shows('Bytes of what you sent')
    desktop.picture('message-bytes')
    wei.press('Learn More', within=wei.find({Atspi.Role.FRAME, Atspi.Role.DIALOG, Atspi.Role.WINDOW}, 'From Text to Bytes'))
    wei.shows('Each character has a number in Unicode', roles=wei.LABEL)


def datagrams(desktop):
    """A tutorial's UDP server: talked to, gone, there again. No state, no tick, and what TCP would have added is said."""
    from guests import DatagramServer
    server = DatagramServer()
    server.start()
    wei = join(desktop, f'udp://127.0.0.1:{server.port}')
    wei.wait_state('UDP')
    wei.send('Michael')
    wei.row('Messages', 'Hello, Michael!')
    wei.row('Messages', 'Michael', 'Sent: UDP does not say whether it arrives')
    wei.send('q')
    wei.row('Messages', 'Hello, q!')
    wei.row('A message’s way', 'Acknowledged', 'never')
    wei.shows('Datagrams sent: 2', roles=wei.LABEL)
    wei.shows('Acknowledgement, UDP: None', roles=wei.LABEL)
    wei.shows('Acknowledgement, TCP: Of every byte', roles=wei.LABEL)
    if {'ESTABLISHED', 'CLOSED', 'observed'} & set(wei.state()):
        raise Failure(f'there is a state: {wei.state()}')
    desktop.picture('datagrams')
    server.stop()
    wei.send('还在吗？')
    wei.row('Messages', '还在吗？', 'Not delivered')
    wei.row('Messages', 'nobody listens on that port')
    wei.row('A message’s way', 'Came back', 'ms')
    wei.shows('ICMP messages: 1', roles=wei.LABEL)
    desktop.picture('datagrams-refused')
    wei.press('Show Bytes')
    wei.shows('The datagram that carries it')
    desktop.picture('datagrams-bytes')
    wei.close_top()
    wei.press('Disconnect')
    wei.row('Messages', 'UDP does not say')
    if server.heard != ['Michael', 'q']:
        raise Failure(f'it heard {server.heard}')
    desktop.picture('datagrams-left')


def choose_guest(window, name):
    """Its connection is what the panel shows from now on."""
    show_server_page(window)
    window.row('Connections', name)
    window.focus()
    window.activate('Connections', next(i for i, row in enumerate(window.rows('Connections')) if name in row))
    window.wait_state('ESTABLISHED')


def guest_way(desktop):
    """The host follows what goes to a guest: to its kernel, and as far as its program tells to its eyes."""
    from guests import IrcGuest
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    bo = IrcGuest(port, 'bo', 'Bo')
    choose_guest(ana, '李伟')
    bo.send('到了吗？')
    ana.row('A message’s way', 'Read', 'not yet')
    wei.focus()  # who looks at it has read it, and says so after two seconds
    ana.row('A message’s way', 'Read', ' s,', seconds=20)
    for stop in ('Written', 'On the wire', 'Acknowledged'):
        ana.row('A message’s way', stop, 'ms')
    ana.shows('“到了吗？”')
    desktop.picture('guest-way')
    wei.send('Here!')
    bo.hears('Here!')
    choose_guest(ana, 'Bo')
    wei.send('Read this, Bo')
    ana.shows('“Read this, Bo”')
    ana.row('A message’s way', 'Acknowledged', 'ms')
    ana.row('A message’s way', 'Read', 'not told')  # a program without read markers
    desktop.picture('guest-way-not-told')


def lab(desktop):
    """A half-close announced: FIN-WAIT-2, and still heard; what lasts is shown and ended; a reset is over at once."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.wait_state('ESTABLISHED')
    wei.press('Lab')
    wei.find(wei.BUTTON, 'Reset Connection')
    desktop.picture('lab')
    wei.press('Half-close')
    wei.wait_state('FIN-WAIT-2')
    ana.send('still there?')
    wei.row('Messages', 'still there?')
    desktop.picture('lab-half-close')
    ana.press('Lab')
    ana.press('Reset Connection')
    ana.wait_state('CLOSED')
    desktop.picture('lab-reset')


def refused(desktop):
    """Nobody listens: said in words, with what to do, and the form can be used again."""
    from guests import free_port
    from window import Window
    window = Window(desktop, 'wei')
    connect(window, f'127.0.0.1:{free_port()}')
    window.shows('nobody is listening')
    desktop.picture('refused')
    window.close_top()


def rubbish(desktop):
    """Addresses that are none are refused before anything is opened."""
    from window import Window
    window = Window(desktop, 'wei')
    window.press('Connect…')
    for text in ('127.0.0.1:70000', 'http://example', '[::1', 'a b c', ':'):
        window.write('Address', text)
        button = window.find(window.BUTTON, 'Connect')
        if button.get_state_set().contains(window.SENSITIVE):
            window.press('Connect')
            window.find(window.TEXT, 'Address')
        if window.look(window.TEXT, 'Message') or window.look(window.LIST, 'Connecting'):
            raise Failure(f'{text!r} was taken for an address')


def port_in_use(desktop):
    """Port 8000 is taken: the next one is used, and the window says so."""
    try:
        taken = socket.create_server(('', 8000))
    except OSError:
        taken = None
    ana, port = host(desktop)
    if port == 8000:
        raise Failure('listens on a port that was taken')
    ana.shows('in use')
    guest = join(desktop, f'127.0.0.1:{port}')
    guest.send('found you')
    ana.row('Messages', 'found you')
    if taken:
        taken.close()


def plain_guest(desktop):
    """The tutorial's client talks with the window: no newline, no turns, three-byte characters in two packets, q."""
    from guests import PlainGuest
    ana, port = host(desktop)
    guest = PlainGuest(port)
    guest.send('你好')
    ana.row('Messages', '你好')
    ana.send('欢迎 🙂')
    guest.hears('欢迎 🙂')
    whole = '拆开的字'.encode()
    guest.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    guest.socket.sendall(whole[:4])
    guest.socket.sendall(whole[4:])
    ana.row('Messages', '拆开的字')
    guest.send('q')
    guest.hears_the_end()
    ana.row('Messages', 'left')
    second = PlainGuest(port, 'localhost')
    second.send('still there?')
    ana.row('Messages', 'still there?')
    second.close()


def guest_address(desktop):
    """Whoever is accepted stands in the list of connections with address and port, what it speaks and its state."""
    from guests import IrcGuest, PlainGuest
    ana, port = host(desktop)
    show_server_page(ana)
    plain = PlainGuest(port)
    here = plain.socket.getsockname()[1]
    ana.row('Connections', f'127.0.0.1:{here}', 'ESTABLISHED')
    plain.send('你好')
    ana.row('Connections', 'guest-1', f'127.0.0.1:{here}', 'Plain text')
    six = IrcGuest(port, 'lena', 'Lena', '::1')
    ana.row('Connections', 'Lena', f'[::1]:{six.socket.getsockname()[1]}', 'IRC')
    desktop.picture('guest-address')
    six.close()
    wait_until('who left is gone from the list', lambda: not any('Lena' in row and 'ESTABLISHED' in row for row in ana.rows('Connections')))
    ana.row('Connections', 'guest-1', f'127.0.0.1:{here}')


def show_server_page(window):
    """The panel's page of the listening socket."""
    from window import Atspi
    if not window.state():
        window.keys('F9')
    tab = window.find({Atspi.Role.PAGE_TAB, Atspi.Role.RADIO_BUTTON, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.PUSH_BUTTON}, 'Server')
    Atspi.Action.do_action(tab, 0) or Atspi.Selection.select_child(tab.get_parent(), tab.get_index_in_parent())
    window.find(window.LIST, 'Connections')


def listener(desktop):
    """A silent connection is announced to nobody; the host's window says how many there are, until it speaks or leaves."""
    from guests import PlainGuest
    ana, port = host(desktop)
    ana.shows('1 person')
    first, second = PlainGuest(port), PlainGuest(port)
    ana.shows('1 person · 2 listening', roles=ana.LABEL)
    desktop.picture('listeners')
    ana.send('听得到吗？')
    first.hears('听得到吗？')
    first.send('听得到')
    ana.row('Messages', '听得到')
    ana.shows('2 people · 1 in plain text · 1 listening', roles=ana.LABEL)
    second.close()
    wait_until('nobody listens', lambda: not any('listening' in name for name in header(ana)))
    if not any('2 people · 1 in plain text' in name for name in header(ana)):
        raise Failure(f'it says {header(ana)}')


def header(window):
    """What the conversation's header says of the people."""
    return [name for name in window.says() if re.match(r'\d+ (person|people)', name)]


def deletes(desktop):
    """The host deletes what a guest said, by the message's menu and not by a slip: it is asked first."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.send('to be deleted')
    ana.row('Messages', 'to be deleted')

    def reach():
        now = focused(ana) or ''
        if 'to be deleted' not in now:
            ana.xdotool('key', 'shift+Tab' if now in ('Message', '') else 'Up')
        return 'to be deleted' in now

    for answer, keys in (('Cancel', ['Return']), ('Delete', ['Tab', 'Return'])):
        ana.focus()
        wait_until('the message has the focus', reach, every=0.3)
        ana.xdotool('key', 'shift+F10')
        ana.choose('Delete for Everyone…')
        ana.shows('Delete This Message for Everyone?')
        desktop.picture('deletes')
        ana.keys(*keys)
        wait_until('the question is gone', lambda: not ana.look(ana.LABEL, 'Delete This Message for Everyone?'))
        wei.send(f'after {answer}')
        ana.row('Messages', f'after {answer}')
        for window in (ana, wei):
            window.row('Messages', 'to be deleted' if answer == 'Cancel' else 'This message was deleted')
    ana.never_row('Messages', 'to be deleted', seconds=0.2)


def five_guests(desktop):
    """Five at once, none taking turns."""
    from guests import PlainGuest
    ana, port = host(desktop)
    guests = [PlainGuest(port) for _ in range(5)]
    for number, guest in enumerate(guests):
        guest.send(f'我是 {number}')
    for number in range(5):
        ana.row('Messages', f'我是 {number}')
    ana.send('大家好')
    for guest in guests:
        guest.hears('大家好')


def stop_server(desktop):
    """Stop Server takes leave of a plain guest with a bare q before the end, and frees the port."""
    from guests import PlainGuest, listening_ports
    ana, port = host(desktop)
    guest = PlainGuest(port)
    guest.send('hello')
    ana.row('Messages', 'hello')
    ana.press('Stop Server')
    guest.hears_the_end()
    if not guest.heard.endswith(b'q'):
        raise Failure(f'no q at the end of {guest.heard!r}')
    # It waits for a guest that does not leave; asked for meanwhile, it starts again after that.
    ana.shows('stopping…')
    ana.press('Start Server')
    guest.close()
    wait_until('it listens again', lambda: listening_ports(ana.process.pid) and ana.look(ana.TEXT, 'Message'))
    ana.press('Stop Server')
    wait_until('the port is free', lambda: not listening_ports(ana.process.pid))


def turn_taking_server(desktop):
    """The window as the tutorial's client: on Automatic, several messages in a row, then q."""
    from guests import TurnTakingServer
    from window import Window
    server = TurnTakingServer(['你好', '我很好', '再见'])
    server.start()
    window = Window(desktop, 'wei')
    connect(window, f'127.0.0.1:{server.port}')
    window.find(window.TEXT, 'Message')
    for text, answer in (('在吗', '我很好'), ('好久不见 👋', '再见')):
        window.send(text)
        window.row('Messages', text)
        window.row('Messages', answer)
    window.send('q')
    wait_until('the server heard q', lambda: 'q' in server.heard)
    server.join(5)
    if server.problem or server.connections != 1:
        raise Failure(f'{server.problem}; {server.connections} connections; heard {server.heard}')


def input_method(desktop):
    """Typing Chinese in pinyin: Enter in the preedit commits the letters and sends nothing; space commits the characters."""
    import shutil
    if not shutil.which('ibus-daemon'):
        raise Skip('ibus is not installed')
    desktop.environment |= {'GTK_IM_MODULE': 'ibus', 'XMODIFIERS': '@im=ibus', 'IBUS_ENABLE_SYNC_MODE': '1'}
    desktop.start(['ibus-daemon', '--xim', '--panel', 'disable', '--emoji-extension', 'disable'])
    choose_engine(desktop, 'libpinyin')
    ana, _ = host(desktop)
    ana.focus()
    choose_engine(desktop, 'libpinyin')
    composer_focused(ana)
    ana.type('nihao')
    ana.keys('Return')
    ana.never_row('Messages', 'nihao')
    wait_until('the letters are committed to the composer', lambda: 'nihao' in ana.read('Message'))
    ana.write('Message', '')
    ana.type('nihao')
    ana.keys('space')
    wait_until('the characters are in the composer', lambda: '你好' in ana.read('Message'))
    desktop.picture('input-method')
    ana.keys('Return')
    ana.row('Messages', '你好')


def composer_focused(window):
    def focused():
        node = window.look(window.TEXT, 'Message')
        return node is not None and node.get_state_set().contains(window.FOCUSED)
    window.focus()
    wait_until('the composer has the keyboard', focused)


def choose_engine(desktop, name):
    import subprocess

    def ibus(*words):
        return subprocess.run(['ibus', 'engine', *words], env=desktop.environment, capture_output=True, text=True, timeout=20).stdout

    def chosen():
        ibus(name)
        return ibus().strip() == name
    wait_until(f'ibus has the engine {name}', chosen, 20, every=0.2)


def keyboard(desktop):
    """Enter sends, Shift+Enter breaks the line, F9 hides and shows the panel, focus stays in the composer."""
    ana, _ = host(desktop)
    composer_focused(ana)
    ana.type('first line')
    ana.keys('shift+Return')
    ana.type('of two')
    wait_until('two lines in the composer', lambda: ana.read('Message') == 'first line\nof two')
    ana.keys('Return')
    ana.row('Messages', 'first line')
    ana.type('second line')
    ana.keys('Return')
    ana.row('Messages', 'second line')
    wait_until('the composer is empty', lambda: ana.read('Message') == '')
    ana.press('Insert Emoji')
    # Its search has no name that is the same in each GTK.
    wait_until('there is a field to search emoji in', lambda: set(ana.fields()) - {'Message'})
    ana.xdotool('key', 'Escape')
    composer_focused(ana)
    rows_by_key(ana)
    shown = bool(ana.state())
    ana.keys('F9')
    toggle = ana.find(ana.BUTTON, 'Connection')
    wait_until('F9 toggles the panel', lambda: toggle.get_state_set().contains(ana.PRESSED) != shown)
    ana.send('/join #second')
    ana.shows('Second – ')
    for keys, title in (('ctrl+Page_Up', 'Lobby'), ('alt+Up', 'Server'), ('ctrl+Page_Up', 'Second'), ('alt+Down', 'Server'), ('ctrl+Page_Down', 'Lobby')):
        ana.keys(keys)
        ana.shows(f'{title} – ')
    composer_focused(ana)


def focused(window):
    """What has the focus, by its name."""
    for node in window.nodes(window.ROW | window.BUTTON | window.TEXT):
        if node.get_state_set().contains(window.FOCUSED):
            return node.get_name()
    return None


def rows_by_key(window):
    """From the composer to the newest message and back; its menu leaves the focus there; Shift+Up takes the one before with it, Ctrl+C copies both, whole."""
    from window import Atspi
    item = {Atspi.Role.MENU_ITEM}
    window.xdotool('key', '--delay', '100', 'shift+Tab')
    wait_until('the newest message has the focus', lambda: 'second line' in (focused(window) or ''))
    window.xdotool('key', '--delay', '100', 'shift+F10')
    wait_until('its menu is open', lambda: any(window.nodes(item, 'Select Text')))
    window.xdotool('key', '--delay', '100', 'Return')  # Copy
    wait_until('its menu is gone', lambda: not any(window.nodes(item, 'Select Text')))
    wait_until('the newest message has the focus again', lambda: 'second line' in (focused(window) or ''))
    window.xdotool('key', '--delay', '100', 'shift+Up')
    wait_until('the one before it has the focus', lambda: 'first line' in (focused(window) or ''))
    window.xdotool('key', '--delay', '100', 'ctrl+c', 'Tab')
    composer_focused(window)
    window.xdotool('key', '--delay', '100', 'ctrl+v')
    copied = re.compile(r'\[[-0-9]+ [0-9:]+\] \w+: first line\nof two\n\[[-0-9]+ [0-9:]+\] \w+: second line')
    wait_until('what was copied is pasted', lambda: copied.fullmatch(window.read('Message')))
    window.write('Message', '')
    window.xdotool('key', '--delay', '100', 'shift+Tab', 'Escape')
    composer_focused(window)
    window.xdotool('key', '--delay', '100', 'shift+Tab', 'shift+Tab')
    wait_until('the focus leaves the messages', lambda: focused(window) == 'Connection')
    window.xdotool('key', '--delay', '100', 'Tab', 'Tab')
    composer_focused(window)


def narrow(desktop):
    """400 pixels wide: one pane at a time, everything still reachable, also by the keys."""
    ana, port = host(desktop)
    ana.wait_state('ESTABLISHED')
    ana.find(ana.BUTTON, 'Close')  # the window's own, at the end of the panel that is beside
    window = ana.focus()
    ana.xdotool('windowsize', '--sync', window, '400', '780')
    ana.send('窄窗口')
    ana.row('Messages', '窄窗口')
    guest = join(desktop, f'[::1]:{port}')
    guest.send('你好')
    ana.row('Messages', '你好')
    desktop.picture('narrow')
    width = int(re.search(r'WIDTH=(\d+)', ana.xdotool('getwindowgeometry', '--shell', window)).group(1))
    if width > 460:
        raise Failure(f'the window does not get narrower than {width}')
    ana.press('Back')
    ana.focus()
    ana.tab_to('Connect…')  # in the list, which is before the conversation now
    ana.xdotool('key', 'F9')  # the panel is seen
    desktop.picture('narrow-panel')
    ana.keys('Escape', 'Escape')  # it goes, and one writes
    ana.type('hello from the keys')
    ana.xdotool('key', 'Return')
    guest.row('Messages', 'hello from the keys')


def invite(desktop):
    """Whom one invites joins by the link, which is copied, says this computer's address and port, and is gone with Escape."""
    from window import Window
    ana, port = host(desktop)
    ana.press('Invite')
    ana.shows('Invite to Lobby')
    link = ana.shows('ircs://')
    told = re.fullmatch(rf'ircs://(\[[0-9a-f:]+(?:%25\w+)?\]|[0-9.]+):{port}/lobby\?key=sha256:[\w-]{{43}}(&also=[^&]+)*', link)
    if not told:
        raise Failure(f'the link is {link}')
    number = told.group(1).strip('[]')
    ana.shows(f'port {port}')
    if number.partition('%')[0] not in addresses():
        raise Failure(f'{number} is none of this computer’s addresses: {addresses()}')
    wait_until('the keyboard is at the first address', lambda: number in (focused(ana) or ''))
    desktop.picture('invite')
    ana.focus()
    ana.press('Copy Link')
    ana.shows('Copied')
    wait_until('the keyboard is in it', lambda: (focused(ana) or '').startswith('Cop'))
    ana.keys('Escape')
    wait_until('Escape closes it', lambda: not ana.look(ana.LABEL, 'Invite to Lobby'))
    wei = Window(desktop, 'wei')
    connect(wei, link, '李伟')
    wei.find(wei.TEXT, 'Message')
    wei.wait_state('ESTABLISHED')
    ana.press('Invite')
    ana.shows('Invite to Lobby')
    ana.keys('Escape')
    wait_until('Escape closes it', lambda: not ana.look(ana.LABEL, 'Invite to Lobby'))
    for _ in range(12):
        if (focused(ana) or '') == 'Message':
            break
        ana.keys('Tab')
    ana.keys('ctrl+v')
    wait_until('what was copied is the link', lambda: ana.read('Message') == link)
    ana.press('Send')
    wei.row('Messages', link)
    if wei.look(wei.BUTTON, 'Invite'):
        raise Failure('who is a guest cannot tell how others come in')


def invite_code(desktop):
    """The QR code on the screen, wide and narrow, is read by another program."""
    ana, port = host(desktop)
    if not shutil.which('zbarimg') or not shutil.which('import'):
        raise Skip('zbarimg (zbar-tools) or import (imagemagick) is not installed')
    window = ana.focus()
    for width in (1280, 400):
        ana.xdotool('windowsize', '--sync', window, str(width), '780')
        ana.press('Invite')
        link = ana.shows('ircs://')
        screen = f'{desktop.folder}/screen.png'

        def read():
            subprocess.run(['import', '-window', 'root', screen], env=desktop.environment, check=True)
            return subprocess.run(['zbarimg', '--quiet', '--raw', screen], capture_output=True, text=True).stdout.split()
        wait_until(f'the code says {link}', lambda: read() == [link])
        ana.focus()
        ana.keys('Escape')
        wait_until('Escape closes it', lambda: not ana.look(ana.LABEL, 'Invite to Lobby'))


def addresses():
    """All numbers of this computer."""
    words = subprocess.run(['ip', '-o', 'address'], capture_output=True, text=True, check=True).stdout.split()
    return {word.partition('/')[0] for before, word in zip(words, words[1:]) if before in ('inet', 'inet6')}


def chinese(desktop):
    """The main job in Chinese; needs the program installed, with its translations (HANDSHAKE_PREFIX)."""
    ana, port = host(desktop)
    if ana.word('Start Server') == 'Start Server':
        raise Skip('the translation is not installed: HANDSHAKE_PREFIX names no installed program')
    wei = join(desktop, f'127.0.0.1:{port}')
    ana.send('你好，世界')
    wei.row('Messages', '你好，世界')
    wei.wait_state('ESTABLISHED', wei.word('observed'))
    desktop.picture('chinese')


def help_pages(desktop):
    """F1 opens the help; a search, a topic, a link and Back; the panel's state leads to its page."""
    ana, port = host(desktop)
    ana.keys('F1')
    ana.find(ana.LABEL, 'Handshake Help')
    # Keys go to the window that has just come to the front; whatever is typed there searches.
    ana.xdotool('type', '--delay', '60', 'so_reuseaddr')
    wait_until('the words stand in the search', lambda: ana.read('Search help') == 'so_reuseaddr')
    ana.xdotool('key', 'Return')
    ana.shows('the kernel keeps the pair of addresses and ports', roles=ana.LABEL)
    ana.xdotool('key', 'alt+Left')
    ana.shows('Begin where you like', roles=ana.LABEL)
    desktop.picture('help')
    ana.xdotool('key', 'Escape', 'Escape')
    wait_until('the help is closed', lambda: not ana.look(ana.LIST, 'Help topics'))
    wei = join(desktop, f'127.0.0.1:{port}')
    wei.wait_state('ESTABLISHED')
    wei.press('Learn More')
    wei.shows('The handshake is done. Each side knows', roles=wei.LABEL)
    # A number, too, can be pressed
    wei.press(next(name for name in (node.get_name() for node in wei.nodes(wei.BUTTON)) if name.startswith('MSS: ')))
    wei.shows('The most bytes in one segment', roles=wei.LABEL)
    # And who made all this can be found
    wei.act('about')
    wei.shows('Report an Issue')
    desktop.picture('about')


def selecting(desktop):
    """By the pointer: a drag over rows selects whole messages, over links and bubbles too, and opens none; the menu of another is about that one."""
    from window import Atspi
    ana, _ = host(desktop)
    for number in range(6):
        ana.send(f'satz {number} http://127.0.0.1:9/{number}')
        ana.row('Messages', f'satz {number}')
    ana.row('Messages', 'satz 5', 'Accepted by the server')
    window = ana.focus()

    def point(number, from_right):
        row = next(node for node in ana.nodes(ana.ROW, within=ana.look(ana.LIST, 'Messages')) if f'satz {number}' in (node.get_name() or ''))
        extents = Atspi.Component.get_extents(row, Atspi.CoordType.WINDOW)
        return extents.x + extents.width - from_right, extents.y + extents.height // 2

    def selected():
        return [name.split(' http')[0].removeprefix('ana, ') for node in ana.nodes(ana.ROW, within=ana.look(ana.LIST, 'Messages'))
                if node.get_state_set().contains(Atspi.StateType.SELECTED) and (name := node.get_name() or '')]

    def drag(begin, end):
        words = ['mousemove', '--window', window, *map(str, begin), 'sleep', '0.2', 'mousedown', '1']
        for step in range(1, 11):
            words += ['mousemove', '--window', window, *(str(a + (b - a) * step // 10) for a, b in zip(begin, end)), 'sleep', '0.03']
        ana.xdotool(*words, 'mouseup', '1')

    def wait_selected(*numbers):
        wait_until(f'{numbers} are selected', lambda: selected() == [f'satz {number}' for number in numbers])

    drag(point(5, 130), point(4, 110))  # from one link to another
    wait_selected(4, 5)
    drag(point(1, 500), point(3, 480))
    wait_selected(1, 2, 3)
    desktop.picture('selecting')
    ana.xdotool('mousemove', '--window', window, *map(str, point(2, 130)), 'sleep', '0.2', 'click', '3')
    ana.choose('Copy')  # of all three
    wait_selected(1, 2, 3)
    ana.xdotool('mousemove', '--window', window, *map(str, point(5, 130)), 'sleep', '0.2', 'click', '3')
    ana.choose('Copy')
    wait_selected(5)
    ana.xdotool('mousemove', '--window', window, *map(str, point(4, 22)), 'sleep', '0.2', 'click', '1')
    ana.shows('What became of my message', roles=ana.LABEL)


def export_fails(desktop):
    """A log that cannot be written where one wants it: said in the window, with what to do, and the next place is as good as any."""
    from window import Atspi
    ana, _ = host(desktop)
    wait_until('the panel has a log', lambda: next(ana.nodes({Atspi.Role.PAGE_TAB}, 'Log'), None))
    Atspi.Action.do_action(next(ana.nodes({Atspi.Role.PAGE_TAB}, 'Log')), 0)
    for path in ('/proc/nowhere.txt', f'{desktop.folder}/log.txt'):
        ana.press('Export…')
        ana.choose('Log as Text')
        dialog = wait_until('one is asked where', lambda: subprocess.run(
            ['xdotool', 'search', '--onlyvisible', '--name', 'Export the Log as Text'], env=desktop.environment, capture_output=True, text=True).stdout.split())
        ana.xdotool('windowfocus', '--sync', dialog[-1])
        ana.xdotool('key', 'ctrl+a')
        ana.xdotool('type', '--delay', '30', path)
        ana.xdotool('key', 'Return')
        if path.startswith('/proc'):
            ana.shows('Not exported, choose another folder', roles=ana.LABEL)
            desktop.picture('export-fails')
    wait_until('the log is written', lambda: (desktop.folder / 'log.txt').exists())


def end(window, how):
    """The program is over: its window was closed, or it was killed."""
    if how == 'kill':
        window.process.kill()
    else:
        window.keys('ctrl+q')
    wait_until(f'{window.profile} ends', lambda: window.process.poll() is not None)


def comes_back(desktop):
    """What was open is in the sidebar after a restart, readable at once, with its draft; one press joins again. Closed stays closed."""
    from window import Window
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    ana.send('写在重启之前')
    wei.row('Messages', '写在重启之前')
    wei.write('Message', '还没写完')
    end(wei, 'close')
    wei = Window(desktop, 'wei')
    wei.row('Messages', '写在重启之前')
    wei.row('Rooms', 'Lobby', 'not connected')
    if wei.look(wei.TEXT, 'Message'):
        raise Failure('there is a composer, and no connection')
    desktop.picture('back')
    wei.press('Join Again')
    wait_until('the draft is there', lambda: wei.look(wei.TEXT, 'Message') and wei.read('Message') == '还没写完')
    wei.press('Send')
    ana.row('Messages', '还没写完')

    end(ana, 'kill')
    ana = Window(desktop, 'ana')
    ana.row('Messages', '还没写完')
    ana.find(ana.BUTTON, 'Start Server')
    desktop.picture('hosted-back')
    ana.press('Start Server Again')
    ana.send('又开了')
    ana.row('Messages', '又开了')

    end(wei, 'kill')
    wei = Window(desktop, 'wei')
    wei.find(wei.BUTTON, 'Join Again')
    wei.press('Room Menu')
    wei.choose('Close Conversation')
    wei.find(wei.BUTTON, 'Connect…')
    wei.shows('Welcome to Handshake')
    wait_until('nothing of it is shown', lambda: not wei.rows('Rooms'))
    end(wei, 'close')
    wei = Window(desktop, 'wei')
    wei.shows('Welcome to Handshake')


def close(window):
    window.keys('ctrl+w')


def start_again(window):
    """The program is started a second time: the first one answers, in a window."""
    second = window.desktop.start(window.process.args)
    if second.wait(15) != 0:
        raise Failure(f'the second start ended with {second.returncode}')


def background(desktop):
    """The window is closed while guests are there: the server goes on, a notification says so, the window comes back with everything."""
    from notifier import Notifier
    notifier = Notifier(desktop)
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    ana.send('早上好')
    wei.row('Messages', '早上好')
    close(ana)
    wait_until('a notification says so', notifier.shown)
    said = notifier.shown()[0]
    if said['title'] != 'Lobby is still open' or said['body'] != '1 guest is connected.' or 'action Stop Server' not in said:
        raise Failure(f'it says {said}')
    wait_until('the window is gone', lambda: not ana.windows())
    wei.send('还在吗？')
    wei.row('Messages', '还在吗？', 'Accepted')
    start_again(ana)
    ana.row('Messages', '还在吗？')
    ana.row('Messages', '早上好')
    wait_until('the notification is withdrawn', lambda: not notifier.shown())
    ana.send('在')
    wei.row('Messages', '在')

    close(ana)
    wait_until('a notification says so', notifier.shown)
    notifier.press('Stop Server')
    wait_until('the program ends', lambda: ana.process.poll() is not None)
    if ana.process.returncode != 0:
        raise Failure(f'it ended with {ana.process.returncode}')
    wait_until('the notification is withdrawn', lambda: not notifier.shown())
    wei.find(wei.BUTTON, 'Join Again')


def background_asked(desktop):
    """Nothing can show a notification: the window asks first, and does what is answered."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    close(ana)
    ana.shows('Keep the Server Running?')
    ana.shows('1 guest is connected')
    desktop.picture('keep-running')
    ana.press('Cancel')
    ana.send('我还在')
    wei.row('Messages', '我还在')
    close(ana)
    ana.press('Keep Running')
    wait_until('the window is gone', lambda: not ana.windows())
    wei.send('你好')
    start_again(ana)
    ana.row('Messages', '你好')
    close(ana)
    ana.press('Stop and Quit')
    wait_until('the program ends', lambda: ana.process.poll() is not None)
    wei.find(wei.BUTTON, 'Join Again')


def undo_stop(desktop):
    """Stop Server is undone within five seconds, and nobody has noticed; without guests, or pressed twice, it stops at once."""
    ana, port = host(desktop)
    wei = join(desktop, f'127.0.0.1:{port}')
    # Where another program has port 8000 (other tests run beside this one), a toast says so for five seconds.
    wait_until('nothing is told any more', lambda: not any('is in use' in text for text in ana.says()))
    before = ana.edges(ana.TEXT, 'Message')
    ana.press('Stop Server')
    ana.shows('The server stops in five seconds')
    desktop.picture('undo')
    # It hides nothing: what is written in stands above it.
    wait_until('the toast stands below the composer', lambda: ana.edges(ana.TEXT, 'Message')[1] <= ana.edges(ana.BUTTON, 'Undo')[0])
    ana.press('Undo')
    wait_until('the toast is gone', lambda: not ana.look(ana.BUTTON, 'Undo'))
    wait_until('nothing is kept free for it', lambda: ana.edges(ana.TEXT, 'Message') == before)
    time.sleep(6)  # the five seconds themselves: that nothing happens in them cannot be waited for
    wei.send('你还在')
    ana.row('Messages', '你还在')
    ana.press('Stop Server')
    ana.shows('The server stops in five seconds')
    desktop.picture('undo')
    wei.find(wei.BUTTON, 'Join Again', 12)
    ana.find(ana.BUTTON, 'Start Server Again')
    ana.press('Start Server Again')
    ana.find(ana.TEXT, 'Message')
    ana.press('Stop Server')
    ana.find(ana.BUTTON, 'Start Server Again', 4)


def set_keys(desktop, profile, **keys):
    """Preferences as the keyfile backend keeps them; it sees when they are changed."""
    folder = desktop.folder / 'home/.config/glib-2.0/settings'
    folder.mkdir(parents=True, exist_ok=True)
    lines = [f'[io/github/handshakechat/Handshake/profiles/{profile}]', *(f'{name.replace("_", "-")}={value}' for name, value in keys.items())]
    (folder / 'keyfile').write_text('\n'.join(lines) + '\n')


def hosting(desktop):
    """What the host prefers holds for the server: its name, how long it keeps what is said, and that it keeps nothing."""
    from guests import IrcGuest, PlainGuest, hosted_port
    from window import Window
    set_keys(desktop, 'ana', server_name="'茶馆'", keep_days=7)
    ana = Window(desktop, 'ana', environment={'GSETTINGS_BACKEND': 'keyfile'})
    ana.press('Start Server')
    ana.find(ana.TEXT, 'Message')
    port = hosted_port(ana)
    browser = PlainGuest(port)
    browser.send('GET / HTTP/1.0\r\n\r\n')
    browser.hears('茶馆')
    IrcGuest(port, 'ben', 'Ben').hears('kept on the server for 7 days')
    set_keys(desktop, 'ana', server_name="'茶馆'", keep_days=1)
    wait_until('it holds at once', lambda: 'for 1 day,' in IrcGuest(port, 'bea', 'Bea').hears_all(' 366 '))
    ana.keys('ctrl+comma')
    ana.choose_page('Hosting')
    ana.find(ana.LABEL, 'Keep What Is Said')
    desktop.picture('hosting')
    ana.xdotool('key', 'Escape')
    set_keys(desktop, 'ana', server_name="'茶馆'", keep_said='false')
    ana.press('Stop Server')
    ana.press('Start Server Again')
    ana.find(ana.TEXT, 'Message')
    said = wait_until('it is up again', lambda: IrcGuest(hosted_port(ana), 'ben', 'Ben').hears_all(' 366 '))
    if 'kept on the server' in said:
        raise Failure(f'it still keeps what is said: {said}')


LANGUAGES = {'chinese': 'zh_CN.UTF-8'}
CASES = {
    'conversation': conversation, 'datagrams': datagrams, 'guest-way': guest_way,
    'message-bytes': message_bytes, 'reading': reading, 'lab': lab, 'refused': refused, 'rubbish': rubbish, 'port-in-use': port_in_use,
    'plain-guest': plain_guest, 'deletes': deletes, 'guest-address': guest_address, 'listener': listener, 'five-guests': five_guests, 'stop-server': stop_server,
    'turn-taking-server': turn_taking_server, 'input-method': input_method, 'keyboard': keyboard, 'narrow': narrow, 'chinese': chinese,
    'help': help_pages, 'invite': invite, 'invite-code': invite_code,
    'export-fails': export_fails, 'selecting': selecting, 'comes-back': comes_back, 'background': background, 'background-asked': background_asked,
    'undo-stop': undo_stop, 'hosting': hosting,
}

if __name__ == '__main__':
    name = sys.argv[1]
    sys.exit(run_case(f'/e2e/{name}', CASES[name], language=LANGUAGES.get(name, 'C.UTF-8')))
