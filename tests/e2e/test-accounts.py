# SPDX-License-Identifier: GPL-3.0-or-later
"""A guest keeps its name on somebody's server, the host on its own; the guest changes the password and the keys, and gives the account up: by the room's menu."""

import sys

from desktop import run_case, wait_until
from guests import hosted_port
from window import Window

ROOM = 'Room Menu'


def rows_of_keys(window):
    return [row for row in window.rows('Keys') if 'sha256:' in row]


def owner(desktop):
    ana = Window(desktop, 'ana')
    ana.press('Start Server')
    ana.find(ana.TEXT, 'Message')
    wei = Window(desktop, 'wei')
    wei.press('Connect…')
    wei.write('Address', f'127.0.0.1:{hosted_port(ana)}')
    wei.write('Your Name', 'Wei')
    wei.press('Connect')
    wei.find(wei.TEXT, 'Message')

    wei.press(ROOM)
    wei.choose('Your Account…')
    wei.write('Password (may stay empty)', 'short')
    wei.press('Keep My Name')
    wei.shows('A password has at least eight characters, and is not your name.')
    wei.write('Password (may stay empty)', 'correct horse')
    desktop.picture('account-keep')
    wei.press('Keep My Name')
    wei.shows('The account Wei')
    wait_until('the key of this computer is shown', lambda: len(rows_of_keys(wei)) == 1)

    # a password with a space; by the current one, not by the key
    wei.write('Current Password', 'wrong horse')
    wei.write('New Password', 'battery staple')
    wei.press('Change Password')
    wei.shows('That was not your password.')
    wei.write('Current Password', '')
    wei.press('Change Password')
    wei.shows('Your account has another password.')
    desktop.picture('account')
    key = rows_of_keys(wei)[0]
    wei.press(f'Remove the key {key}')
    wei.shows('No key opens your account: only the password does.')
    wei.press('Add This Computer’s Key')
    wei.shows('Type your current password first.')
    wei.write('Current Password', 'battery staple')
    wei.press('Add This Computer’s Key')
    wait_until('the key is back', lambda: rows_of_keys(wei) == [key])

    wei.press('Give Up Account…')
    wei.shows('This cannot be taken back.')
    wei.focus()
    wei.xdotool('key', 'Tab', 'Return')  # the answer that is not the default one
    wei.shows('Keep the name Wei')
    wei.press('Keep My Name')
    wei.shows('This name cannot be kept for anybody.')


def host(desktop):
    """The host keeps a name on the own server, too, by the key of this computer; it is still the host's when the server is started again."""
    ana = Window(desktop, 'ana')
    ana.press('Start Server')
    ana.find(ana.TEXT, 'Message')
    ana.press(ROOM)
    ana.choose('Your Account…')
    ana.press('Keep My Name')
    ana.shows('The account ana')
    wait_until('the key of this computer is shown', lambda: len(rows_of_keys(ana)) == 1)
    desktop.picture('account-host')
    ana.xdotool('key', 'Escape')
    ana.press('Stop Server')
    ana.press('Start Server Again')
    ana.find(ana.BUTTON, 'Stop Server')
    ana.find(ana.TEXT, 'Message')
    ana.press(ROOM)
    ana.choose('Your Account…')
    ana.shows('The account ana')
    ana.row('Keys', 'sha256:')


CASES = {'owner': owner, 'host': host}

if __name__ == '__main__':
    sys.exit(run_case(f'/e2e/accounts/{sys.argv[1]}', CASES[sys.argv[1]]))
