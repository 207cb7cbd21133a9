#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both ends in one picture, with real windows on two computers: network namespaces joined by a pair of virtual devices.

Usage: test-both-ends.py CASE     HANDSHAKE names the program (or HANDSHAKE_PREFIX where it is installed)
"""

import ctypes
import shutil
import subprocess
import sys

from desktop import Failure, Skip, end_with_parent, run_case, wait_until

CLONE_NEWNET = 0x40000000
ANA, WEI = '192.0.2.1', '192.0.2.2'  # RFC 5737


def ip(words, *before):
    subprocess.run([*before, 'ip', *words.split()], check=True)


def two_computers():
    """This process, and all that it starts, is on the first; what enters() the second is there."""
    if not shutil.which('ip') or not shutil.which('nsenter'):
        raise Skip('ip or nsenter is not installed')
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise Skip('no right to a network of its own')
    other = subprocess.Popen(['unshare', '--net', 'sleep', '600'], preexec_fn=end_with_parent)
    own = subprocess.run(['readlink', '/proc/self/ns/net'], capture_output=True, text=True, check=True).stdout

    def apart():
        there = subprocess.run(['readlink', f'/proc/{other.pid}/ns/net'], capture_output=True, text=True).stdout
        return there not in ('', own)
    wait_until('there is another computer', apart)
    enter = ['nsenter', f'--net=/proc/{other.pid}/ns/net']
    ip('link set lo up')
    ip('link add hs0 type veth peer name hs1')
    ip(f'link set hs1 netns {other.pid}')
    ip(f'address add {ANA}/24 dev hs0')
    ip('link set hs0 up')
    ip('link set lo up', *enter)
    ip(f'address add {WEI}/24 dev hs1', *enter)
    ip('link set hs1 up', *enter)
    return enter


def agree(window):
    """Both Ends in One Picture, in the preferences."""
    window.prefer('Both Ends in One Picture')


def meet(desktop, agreed=True):
    from guests import hosted_port
    from window import Window
    enter = two_computers()
    ana = Window(desktop, 'ana')
    if agreed:
        agree(ana)
    ana.press('Start Server')
    ana.find(ana.TEXT, 'Message')
    port = hosted_port(ana)
    wei = Window(desktop, 'wei', before=enter)
    agree(wei)
    wei.press('Connect…')
    wei.write('Address', f'{ANA}:{port}')
    wei.write('Your Name', '李伟')
    wei.press('Connect')
    wei.find(wei.TEXT, 'Message')
    return ana, wei


def told(desktop):
    """The guest's ladder has what the server's computer saw, with its clock; the host's has what the guest's saw."""
    ana, wei = meet(desktop)
    wei.wait_state('ESTABLISHED', 'observed')
    wei.send('hello')
    ana.row('Messages', 'hello')
    wei.shows('Told by the other end. Its clock is assumed to be')
    wei.row('Handshake', 'the other side: ESTABLISHED, told by the other end')
    wei.row('Handshake', 'SYN from you', 'there ≈')
    wei.shows('told by the other end')
    desktop.picture('both-ends-guest')
    ana.press('Choose a connection')
    ana.activate('Choose a connection', -1)
    ana.shows('Told by the other end. Its clock is assumed to be')
    ana.row('Handshake', 'the other side: ESTABLISHED, told by the other end')
    desktop.picture('both-ends-host')


def refused(desktop):
    """The host has not agreed: the guest's window says so, and shows nothing of it."""
    ana, wei = meet(desktop, agreed=False)
    wei.wait_state('ESTABLISHED', 'observed')
    wei.shows('The other end was asked what it sees, and does not tell.')
    desktop.picture('both-ends-refused')
    if found := [row for row in wei.rows('Handshake') if 'told' in row]:
        raise Failure(f'told after all: {found}')


CASES = {case.__name__: case for case in (told, refused)}


if __name__ == '__main__':
    sys.exit(run_case(f'/e2e/both-ends/{sys.argv[1]}', CASES[sys.argv[1]], size='1400x1900'))
