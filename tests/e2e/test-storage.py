#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder for the history that cannot be used: the window says why in words, and people talk on. One case a run.

Root sees no obstacle in permissions: those cases run as nobody, screen and bus and all. Usage: test-storage.py CASE
"""

import ctypes
import importlib
import os
import sys

from desktop import Failure, Skip, run_case, wait_until

windows = importlib.import_module('test-windows')
NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all']
CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


def data_folder(desktop, *below):
    return desktop.folder / 'home' / '.local' / 'share' / 'handshake' / '/'.join(below)


def talks(desktop, warning):
    """The warning is there from the start, and all the rest works as ever."""
    ana, port = windows.host(desktop)
    ana.shows(warning)
    desktop.picture('storage')
    wei = windows.join(desktop, f'127.0.0.1:{port}')
    for speaker, hearer, text in ((ana, wei, '听得见吗'), (wei, ana, '听得见 👋'), (ana, wei, 'and again')):
        speaker.send(text)
        speaker.row('Messages', text)
        hearer.row('Messages', text)
    return ana, wei


def read_only(desktop):
    """A folder that may be read and not written."""
    folder = data_folder(desktop, 'ana')
    folder.mkdir(parents=True)
    folder.chmod(0o555)
    talks(desktop, 'its folder or file is read-only')
    if list(folder.iterdir()):
        raise Failure(f'something was written there: {list(folder.iterdir())}')


def missing(desktop):
    """There is no folder, and none can be made."""
    parent = data_folder(desktop).parent
    parent.mkdir(parents=True)
    parent.chmod(0o555)
    talks(desktop, 'The history cannot be written')


def unreadable(desktop):
    """The history is another's: it is left as it is."""
    folder = data_folder(desktop, 'ana')
    folder.mkdir(parents=True)
    (folder / 'history.db').write_bytes(b'')
    (folder / 'history.db').chmod(0)
    talks(desktop, 'The history cannot be written')


def is_a_file(desktop):
    """Where the folder should be is a file."""
    data_folder(desktop).parent.mkdir(parents=True)
    data_folder(desktop).write_text('not a folder')
    talks(desktop, 'The history cannot be written')
    if data_folder(desktop).read_text() != 'not a folder':
        raise Failure('the file was written to')


def damaged(desktop):
    """The history is no history: it is left as it is."""
    folder = data_folder(desktop, 'ana')
    folder.mkdir(parents=True)
    (folder / 'history.db').write_text('these are not rows ' * 1000)
    talks(desktop, 'The history is damaged or not a history')
    if not (folder / 'history.db').read_text().startswith('these are not rows'):
        raise Failure('the file was written to')


def mount_small(desktop, size):
    """A disk of a few hundred kilobytes for Ana's history; only this test and what it starts see it."""
    folder = data_folder(desktop, 'ana')
    folder.mkdir(parents=True)
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) != 0 or libc.mount(b'none', b'/', None, MS_REC | MS_PRIVATE, None) != 0 \
            or libc.mount(b'none', bytes(folder), b'tmpfs', 0, f'size={size}k'.encode()) != 0:
        raise Skip('no right to mount a small disk')
    return folder


def full(desktop):
    """Not a byte is free from the start."""
    folder = mount_small(desktop, 64)
    (folder / 'ballast').write_bytes(b'')
    with open(folder / 'ballast', 'wb', buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    talks(desktop, 'The history cannot be written: the disk is full')


def fills(desktop):
    """The disk fills while people talk: that is said, what they hear is still shown; with room again all goes on and the warning goes."""
    folder = mount_small(desktop, 1024)
    ana, port = windows.host(desktop)
    wei = windows.join(desktop, f'127.0.0.1:{port}')
    ana.send('before')
    wei.row('Messages', 'before')
    with open(folder / 'ballast', 'wb', buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    for number in range(40):
        wei.send(f'{number} ' + '满' * 120)
        if any('the disk is full' in said for said in ana.says()):
            break
    ana.shows('The history cannot be written: the disk is full')
    desktop.picture('disk-full')
    wei.send('do you hear me?')
    wei.row('Messages', 'do you hear me?')
    ana.row('Messages', 'do you hear me?')
    (folder / 'ballast').unlink()
    ana.send('room again')
    wei.row('Messages', 'room again')
    ana.row('Messages', 'room again')
    wait_until('the warning is gone', lambda: not any('the disk is full' in said for said in ana.says()))


AS_NOBODY = {'read-only', 'missing', 'unreadable'}
CASES = {'read-only': read_only, 'missing': missing, 'unreadable': unreadable, 'is-a-file': is_a_file, 'damaged': damaged,
         'full': full, 'fills': fills}

if __name__ == '__main__':
    name = sys.argv[1]
    if name in AS_NOBODY and os.getuid() == 0:
        os.execvp('setpriv', NOBODY + [sys.executable, *sys.argv])
    sys.exit(run_case(f'/e2e/storage/{name}', CASES[name], language='C.UTF-8'))
