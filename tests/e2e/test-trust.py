#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom a window trusts, and what it says of it: first seen, compared, another key at the same address, an invite; and that no secret is left
anywhere. One case a run.

Usage: test-trust.py CASE
"""

import atexit
import base64
import contextlib
import ctypes
import importlib
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import urllib.parse

from gi.repository import Gio, GLib

from desktop import Failure, Skip, run_case, wait_until

windows = importlib.import_module('test-windows')

CLONE_NEWNET = 0x40000000
NUMBER = re.compile(r'^\d{5} \d{5} \d{5} \d{5}$')


class Server:
    """handshake-server with a key of its own, on a port of its own or on the one given."""

    def __init__(self, desktop, name, port=None, *options):
        from guests import free_port
        from window import handshake
        self.port = port or free_port()
        program = os.path.join(os.path.dirname(handshake()[0]), 'handshake-server')
        self.process = desktop.start([program, '--port', str(self.port), '--address', '127.0.0.1', '--data-dir', f'{desktop.folder}/{name}',
                                      *options])
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


def compared(desktop):
    """First seen, compared once, and known from then on, after a restart too; the preferences list it, under the name that a person gives it."""
    from window import Window
    kept = {'GSETTINGS_BACKEND': 'keyfile'}
    ana, port = windows.host(desktop)
    number = number_of(ana)
    wei = Window(desktop, 'wei', environment=kept)
    windows.connect(wei, f'127.0.0.1:{port}', '李伟')
    wei.find(wei.TEXT, 'Message')
    wei.shows('2 people · First seen today', roles=wei.LABEL)
    lock(wei, 'First seen today')
    wait_until('the same number as the host’s', lambda: numbers(wei) == {number})
    desktop.picture('trust-first-seen')
    wei.press('The Numbers Are the Same')
    wei.shows('2 people · Compared by you', roles=wei.LABEL)
    desktop.picture('trust-compared')
    wei.quit()
    wei = Window(desktop, 'wei', environment=kept)
    wei.press('Join Again')
    wei.find(wei.TEXT, 'Message')
    wei.shows('2 people · Compared by you', roles=wei.LABEL)
    wei.keys('ctrl+comma')
    wei.choose_page('Security')
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


class Activated:
    """A program that the bus has started, as far as Window looks at a process."""

    def __init__(self, pid):
        self.pid, self.args, self.returncode = pid, ['handshake'], None
        atexit.register(self.terminate)

    def poll(self):
        return None if os.path.exists(f'/proc/{self.pid}') else 0

    def terminate(self):
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def wait(self, seconds):
        wait_until('what the bus started ends', lambda: self.poll() is not None, seconds)


def invite_without_password(window, password):
    """Hosts a server that lets in who knows the password; returns an invite to it for one person who does not, by this computer's own address."""
    from guests import hosted_port
    window.keys('ctrl+comma')
    window.choose_page('Hosting')
    window.focus()
    window.tab_to('Keep What Is Said')
    window.xdotool('key', 'Tab')  # where one types is in the row, and not told of
    window.xdotool('type', '--delay', '60', password)
    window.xdotool('key', 'Return', 'Escape')
    window.press('Start Server')
    window.find(window.TEXT, 'Message')
    window.press('Invite')
    window.tab_to('Let One Person in Without the Password')
    window.xdotool('key', 'space')
    link = window.shows('&token=', roles=window.LABEL)
    window.close_top()
    return re.sub(r'^ircs://[^/]*/', f'ircs://127.0.0.1:{hosted_port(window)}/', re.sub(r'&also=[^&]*', '', link))


def called(desktop):
    """A click on an invite, as a desktop hands it over: the bus starts the program and calls Open. Key and token arrive whole: it is let in
    without the password, and the server is known. With the program running it comes to the window that is there."""
    import window
    ana, wei = window.Window(desktop, 'ana'), window.Window.__new__(window.Window)
    here = invite_without_password(ana, 'sesame')
    program, needs = window.handshake()
    services = desktop.folder / 'run' / 'dbus-1' / 'services'
    services.mkdir(parents=True, exist_ok=True)
    (services / f'{window.ID}.service').write_text(f'[D-BUS Service]\nName={window.ID}\nExec={program} --gapplication-service\n')
    bus = Gio.DBusConnection.new_for_address_sync(desktop.environment['DBUS_SESSION_BUS_ADDRESS'], window.BUS_FLAGS, None, None)

    def ask_bus(method, *parameters):
        return bus.call_sync('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', method, *parameters, None, 0, 10000, None)

    def open_link():
        bus.call_sync(window.ID, '/' + window.ID.replace('.', '/'), 'org.freedesktop.Application', 'Open',
                      GLib.Variant('(asa{sv})', ([here], {'desktop-startup-id': GLib.Variant('s', '')})), None, 0, 30000, None)

    ask_bus('ReloadConfig', None)
    ask_bus('UpdateActivationEnvironment', GLib.Variant('(a{ss})', (needs,)))
    open_link()
    wei.desktop, wei.profile, wei.word, wei.application = desktop, 'default', window.translation(), None
    wei.process = Activated(ask_bus('GetConnectionUnixProcessID', GLib.Variant('(s)', (window.ID,))).unpack()[0])
    desktop.windows.append(wei)
    wait_until('its window is on the bus', wei.appeared, 30)
    wait_until('the link stands there, whole', lambda: wei.read('Address') == here)
    desktop.picture('called')
    wei.write('Your Name', '李伟')
    wei.press('Connect')
    wei.find(wei.TEXT, 'Message')
    wei.shows('Known from the invite', roles=wei.LABEL)
    wei.send('我来了')
    ana.row('Messages', '李伟', '我来了')
    wei.press('Disconnect')
    wei.find(wei.BUTTON, 'Join Again')
    open_link()
    wait_until('the link stands there again', lambda: wei.look(wei.TEXT, 'Address') and wei.read('Address') == here)
    wei.quit()


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


# ---- Nothing secret is left anywhere ----

def spellings(secret):
    """As it may stand in a file: itself, in a link, in SASL's base64 (whatever is before it), in hex."""
    data = secret.encode()
    yield data
    yield urllib.parse.quote(secret).encode()
    yield data.hex().encode()
    for before in range(3):
        whole = base64.b64encode(b'\0' * before + data)
        yield whole[4 if before else 0:len(whole) // 4 * 4 - 4]


def search(where, data, secrets):
    for what, secret in secrets.items():
        for spelling in spellings(secret):
            if spelling in data:
                at = data.index(spelling)
                raise Failure(f'{what} stands in {where}: {data[max(0, at - 60):at + 60]!r}')


def search_files(folder, secrets):
    """All that is below, whatever it is called: what programs said, databases, settings, traces, exports. How much that is."""
    size = 0
    for path in folder.rglob('*'):
        if path.is_file():
            data = path.read_bytes()
            search(path, data, secrets)
            size += len(data)
    return size


def search_processes(processes, secrets):
    for process in processes:
        if process.poll() is not None:
            continue
        for name in ('cmdline', 'environ'):
            with open(f'/proc/{process.pid}/{name}', 'rb') as file:
                search(f'{name} of {process.args[0]}', file.read(), secrets)


class SecretServer(Server):
    """With a password, an operator, and a trace. The files that have to hold its secrets lie beside all that is searched."""

    def __init__(self, desktop, secrets):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='handshake-secrets-'))
        atexit.register(shutil.rmtree, self.folder, True)
        config, password = self.folder / 'server.conf', self.folder / 'password'
        password.write_text(secrets['password of the server'])
        config.write_text(f'[operator]\nname=root\npassword={secrets["password of the operator"]}\n')
        config.chmod(0o600)
        password.chmod(0o600)
        super().__init__(desktop, 'server', None, '--config', str(config), '--password-file', str(password), '--trace', f'{desktop.folder}/trace.jsonl')


def by_irc(port, *lines, until):
    """As another program does over TLS; what it heard."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    heard = b''
    with context.wrap_socket(socket.create_connection(('127.0.0.1', port), 20)) as guest:
        guest.sendall('\r\n'.join([*lines, '']).encode())
        while until.encode() not in heard:
            data = guest.recv(65536)
            if not data:
                raise Failure(f'it heard no “{until}”: {heard}')
            heard += data
    return heard


def open_more(window):
    """By the keys alone: from the name down to More, and it opens. Then its fields are there."""
    window.find(window.TEXT, 'Your Name')
    window.focus()
    window.tab_to('More')
    window.xdotool('key', 'Return')
    return window.find(window.TEXT, 'Account Password')


def log_in(window, address, password, account=None, account_password=None):
    window.press('Connect…')
    window.write('Address', address)
    window.write('Your Name', 'Wei')
    open_more(window)
    window.write(next(name for name in window.fields() if name.startswith('Password')), password)  # where one was given before it says so
    if account:
        window.write('Account', account)
        window.write('Account Password', account_password)
    window.press('Connect')


def windows_called(desktop, title):
    return subprocess.run(['xdotool', 'search', '--onlyvisible', '--name', title], env=desktop.environment, capture_output=True, text=True, timeout=20).stdout.split()


def export_log(desktop, window):
    """The three files of the panel, through the dialogs of the desktop."""
    window.choose_page('Log')
    for item, title, name in (('Log as Text', 'Export the Log as Text', 'handshake-log.txt'), ('Log as JSON', 'Export the Log as JSON', 'handshake-log.json'),
                              ('Ladder as SVG', 'Export the Ladder as SVG', 'handshake-ladder.svg')):
        window.press('Export…')
        window.choose(item)
        dialog = wait_until('one is asked where', lambda: windows_called(desktop, title))
        window.xdotool('windowfocus', '--sync', dialog[-1])
        window.xdotool('key', 'Return')
        wait_until(f'{name} is written', lambda: any(path.stat().st_size for path in desktop.folder.rglob(name)))


def secrets(desktop):
    """A journey with passwords of every kind; then all that is left of it, and all that tells of it, is searched for each of them."""
    from window import Window
    os.environ['G_MESSAGES_DEBUG'] = desktop.environment['G_MESSAGES_DEBUG'] = 'all'
    kept = {'GSETTINGS_BACKEND': 'keyfile'}
    known = {'password of the server': 'Sesam-öffne-dich-4711', 'password of the operator': 'Wurzel-und-Baum-4712', 'password of the account': 'Meins-ganz-allein-4713',
             'password of the room': 'Nur-für-Gäste-4714', 'wrong password': 'Daneben-geraten-4715'}
    server = SecretServer(desktop, known)
    by_irc(server.port, f'PASS {known["password of the server"]}', 'NICK wei', 'USER w 0 * :Wei', f'REGISTER * * {known["password of the account"]}', until='REGISTER SUCCESS')
    by_irc(server.port, f'PASS {known["password of the server"]}', 'NICK ops', 'USER o 0 * :Ops', f'OPER root {known["password of the operator"]}', until=' 381 ')

    ana = Window(desktop, 'ana', environment=kept)
    here = invite_without_password(ana, known['password of the room'])
    known['token of the invite'] = re.search(r'&token=([-\w]+)', here).group(1)
    eva = Window(desktop, 'eva', here, environment=kept)  # as the desktop hands a link over
    eva.press('Connect')
    eva.find(eva.TEXT, 'Message')
    eva.send('ich bin eingeladen')
    ana.row('Messages', 'ich bin eingeladen')

    wei = Window(desktop, 'wei', environment=kept)
    log_in(wei, f'127.0.0.1:{server.port}', known['wrong password'])
    wei.shows('The password was not the right one')
    wei.write('Password', known['password of the server'])
    wei.press('Try Again')
    wei.find(wei.TEXT, 'Message')
    wei.press('Disconnect')
    log_in(wei, f'127.0.0.1:{server.port}', known['password of the server'], 'wei', known['password of the account'])
    wei.find(wei.TEXT, 'Message')
    wei.send('ich bin drin')
    wei.row('Messages', 'ich bin drin')
    export_log(desktop, wei)
    for window in (wei, eva):
        window.press('Disconnect')
        window.find(window.BUTTON, 'Join Again')
    wei.press('Join Again')
    wei.find(wei.TEXT, 'Message')
    eva.press('Join Again')  # the token is used: it asks for the password
    eva.shows('asks for a password')

    search_processes([server.process, ana.process, eva.process, wei.process], known)
    for window in (wei, eva, ana):
        window.quit()
    server.stop()
    size = search_files(desktop.folder, known)
    for name in ('trace.jsonl', 'history.db', 'server.db', 'handshake-log.json', 'keyfile'):
        if not any(path.stat().st_size for path in desktop.folder.rglob(name)):
            raise Failure(f'there is no {name} to look into')
    if size < 100_000 or not any(b'DEBUG' in process.log.read_bytes() for process in desktop.children):
        raise Failure(f'that is all? {size} bytes')


CASES = {'compared': compared, 'changed': changed, 'invited': invited, 'called': called, 'public': public, 'secrets': secrets}

if __name__ == '__main__':
    name = sys.argv[1]
    sys.exit(run_case(f'/e2e/trust/{name}', CASES[name]))
