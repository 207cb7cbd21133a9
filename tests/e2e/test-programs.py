#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of others and real windows: irssi and nc in a hosted room, a window on ngircd. One case a run.

Usage: test-programs.py CASE
"""

import importlib
import os
import pathlib
import shutil
import subprocess
import sys

from desktop import Failure, Skip, run_case, wait_until

sys.path.append(str(pathlib.Path(__file__).parent.parent / 'interop'))
windows = importlib.import_module('test-windows')


def find_program(name):
    program = shutil.which(name, path=f'{os.environ["PATH"]}:/usr/sbin')
    if not program:
        raise Skip(f'{name} is not installed')
    return program


def irssi(desktop):
    """irssi joins the hosted room: both ways, a new name, a private conversation, leaving."""
    from terminal import Terminal
    program = find_program('irssi')
    ana, port = windows.host(desktop)
    home = desktop.folder / 'irssi'
    guest = Terminal(program, '--home', str(home), '-c', '127.0.0.1', '-p', str(port), '-n', 'irssi', HOME=str(home))
    ana.row('Messages', 'irssi', 'joined')
    ana.shows('2 people', roles=ana.LABEL)
    ana.send('欢迎 😀')
    guest.keys('/window goto #lobby')
    guest.wait('欢迎')
    guest.keys('你好 from irssi')
    ana.row('Messages', 'irssi', '你好 from irssi')
    guest.keys('/me waves')
    ana.row('Messages', 'waves')
    guest.keys('/nick 张三')
    ana.row('Messages', 'irssi', '张三')
    desktop.picture('irssi')
    guest.keys('/quit 再见')
    ana.row('Messages', '张三', 'left')
    guest.end()


def netcat(desktop):
    """nc is a plain guest of the hosted room: both ways, q, and the next one."""
    program = find_program('nc')
    ana, port = windows.host(desktop)
    for text in ('你好', '又来了'):
        guest = desktop.start([program, '127.0.0.1', str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        guest.stdin.write(f'{text}\n'.encode())
        guest.stdin.flush()
        ana.row('Messages', text)
        ana.shows('2 people · 1 in plain text', roles=ana.LABEL)
        ana.send(f'听到了：{text}')
        if not (heard := guest.stdout.readline().decode()).endswith(f'听到了：{text}\n'):
            raise Failure(f'nc printed {heard!r}')
        guest.stdin.write(b'q\n')
        guest.stdin.close()
        ana.row('Messages', 'left')
        wait_until('nc ends', lambda: guest.poll() is not None)
        wait_until('one is alone again', lambda: windows.header(ana) == ['1 person'])


def start_ngircd(desktop):
    from guests import free_port, listening_ports
    program, port = find_program('ngircd'), free_port()
    config = desktop.folder / 'ngircd.conf'
    config.write_text('[Global]\nName = irc.test.example\nInfo = Test\nListen = 127.0.0.1\n'
                      f'Ports = {port}\nMotdPhrase = Hello\n[Options]\nDNS = no\nIdent = no\nPAM = no\n')
    desktop.folder.chmod(0o755)  # as root it turns into somebody else
    process = desktop.start([program, '-n', '-f', str(config)])
    wait_until('ngircd listens', lambda: listening_ports(process.pid))
    return port


def ngircd(desktop):
    """Two windows on a server that is not ours: a channel is joined, both talk, one goes, the other sees it."""
    from window import Window
    port = start_ngircd(desktop)
    people = []
    for profile, name in (('ana', 'Ana'), ('wei', 'Wei')):
        window = Window(desktop, profile)
        windows.connect(window, f'irc://127.0.0.1:{port}', name)
        window.find(window.TEXT, 'Message')
        window.send('/join #talk')
        window.row('Rooms', '#talk')
        people.append(window)
    ana, wei = people
    ana.row('Messages', 'Wei', 'joined')
    ana.send('早上好 👋')
    wei.row('Messages', 'Ana', '早上好 👋')
    wei.send('你好！')
    ana.row('Messages', 'Wei', '你好！')
    ana.wait_state('ESTABLISHED', 'observed')
    desktop.picture('ngircd')
    wei.press('Disconnect')
    ana.row('Messages', 'Wei', 'left')


CASES = {'irssi': irssi, 'netcat': netcat, 'ngircd': ngircd}

if __name__ == '__main__':
    name = sys.argv[1]
    sys.exit(run_case(f'/e2e/programs/{name}', CASES[name]))
