# SPDX-License-Identifier: GPL-3.0-or-later
"""One running Handshake, driven from outside as a screen reader would: by the role and accessible name of what it shows.

Known traps of AT-SPI with GTK 4.8 are met here and nowhere else: text needs its character count; nothing is ever "showing";
focus cannot be given (keys go through xdotool); a click is animated, so its effect is awaited.
"""

import contextlib
import gettext
import os
import subprocess
import time

import gi

gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, Gio, GLib

from desktop import Failure, wait_until

ID = 'io.github.handshakechat.Handshake'
BUS_FLAGS = Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
BUTTON = {Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.PUSH_BUTTON_MENU}
TEXT = {Atspi.Role.TEXT, Atspi.Role.ENTRY, Atspi.Role.PASSWORD_TEXT, Atspi.Role.TERMINAL}
LIST = {Atspi.Role.LIST, Atspi.Role.LIST_BOX, Atspi.Role.TABLE, Atspi.Role.TREE_TABLE, Atspi.Role.LOG}
ROW = {Atspi.Role.LIST_ITEM, Atspi.Role.TABLE_ROW, Atspi.Role.LIST_BOX}
LABEL = {Atspi.Role.LABEL, Atspi.Role.STATIC, Atspi.Role.HEADING, Atspi.Role.PARAGRAPH, Atspi.Role.ALERT, Atspi.Role.NOTIFICATION,
         Atspi.Role.STATUS_BAR}
SWITCH = {Atspi.Role.CHECK_BOX, Atspi.Role.TOGGLE_BUTTON}
FORM_ROWS = 10
WINDOW = {Atspi.Role.FRAME, Atspi.Role.WINDOW, Atspi.Role.DIALOG}


def handshake():
    """The program under test and what it needs: of the build directory, or of HANDSHAKE_PREFIX when that is installed."""
    prefix = os.environ.get('HANDSHAKE_PREFIX')
    if prefix and os.path.exists(f'{prefix}/bin/handshake'):
        return f'{prefix}/bin/handshake', {'GSETTINGS_SCHEMA_DIR': f'{prefix}/share/glib-2.0/schemas'}
    return os.environ['HANDSHAKE'], {}


def settle():
    """Lets AT-SPI's events in, which keep its cache true."""
    context = GLib.MainContext.default()
    while context.iteration(False):
        pass


def children(node):
    """All at once, not while walking: GTK 4.8 crashes when it is asked for a window that has been closed since it was counted
    while another one, not shown, is there (the shortcuts window always is)."""
    found = [node.get_child_at_index(index) for index in range(node.get_child_count())]
    return [child for child in found if child is not None]


def walk(node, enter=lambda node: True):
    """Every node below, outer before inner."""
    for child in children(node):
        yield child
        if enter(child):
            yield from walk(child, enter)


def few(node):
    """A row of a form, where GTK 4.18 has the text fields, not one of a conversation."""
    parent = node.get_parent()
    return parent is not None and parent.get_child_count() <= FORM_ROWS


def shown(node):
    """GTK 4.8 never says "showing": what was laid out has a size, and a button that can be pressed takes the focus."""
    if node.get_role() in BUTTON and not node.get_state_set().contains(Atspi.StateType.FOCUSABLE):
        return False
    if 'Component' not in node.get_interfaces():
        return False
    extents = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
    return extents.width > 0 and extents.height > 0


def translation():
    """The program's own words in the language of this desktop: names are found in any."""
    folder = f'{os.environ.get("HANDSHAKE_PREFIX", "")}/share/locale'
    return gettext.translation('handshake', folder, [os.environ['LANG'].split('.')[0]], fallback=True).gettext


class Window:
    BUTTON, TEXT, LIST, ROW, LABEL = BUTTON, TEXT, LIST, ROW, LABEL
    SENSITIVE, FOCUSED, PRESSED = Atspi.StateType.SENSITIVE, Atspi.StateType.FOCUSED, Atspi.StateType.PRESSED
    looked = 0.0

    def __init__(self, desktop, profile, *arguments, environment=None, before=()):
        self.desktop = desktop
        self.profile = profile
        self.word = translation()
        program, needs = handshake()
        words, environment = [*before, program, '--profile', profile, *arguments], needs | (environment or {})
        self.start(words, environment)
        if not self.answers():
            # Seen once in some thousand windows of GTK 4.8: mapped, and not a node of it on the bus, ever.
            print(f'# the window of {profile} leads nowhere on the bus and is started again', flush=True)
            self.quit()
            self.start(words, environment)
        desktop.windows.append(self)

    def start(self, words, environment):
        self.process = self.desktop.start(words, environment=environment)
        self.application = None
        wait_until(f'the window of {self.profile} is on the bus', self.appeared, 30)

    def answers(self):
        """Whether anything of the window can be seen by AT-SPI."""
        try:
            return wait_until(f'{self.profile} shows anything', lambda: any(shown(node) for node in self.nodes(LABEL | BUTTON)), 10)
        except Failure:
            return False

    def appeared(self):
        if self.process.poll() is not None:
            raise Failure(f'handshake of {self.profile} ended with {self.process.returncode}')
        settle()
        for application in children(Atspi.get_desktop(0)):
            try:
                if application.get_process_id() == self.process.pid and application.get_child_count() > 0:
                    self.application = application
                    return True
            except GLib.Error:
                continue
        return False

    def look_for_application(self):
        """Once in a while: what it was on the bus when it had just started may lead nowhere."""
        if self.process.poll() is None and time.monotonic() - self.looked > 1:
            self.looked = time.monotonic()
            self.appeared()

    # Finding

    def nodes(self, roles, name=None, within=None):
        """What has one of the roles and the name; rows are gone into only for labels, and in a form: a conversation has hundreds."""
        settle()
        self.application.clear_cache()
        name = name and self.word(name)
        labels, fields = bool(roles & LABEL), bool(roles & (TEXT | BUTTON))

        def enter(node):
            return labels or node.get_role() != Atspi.Role.LIST_ITEM or (fields and few(node))

        for node in walk(within or self.application, enter):
            try:
                # GTK 4.8 says the name of a button with a mnemonic twice: AdwMessageDialog's and AdwToast's.
                if node.get_role() in roles and (name is None or node.get_name() in (name, f'{name} {name}')):
                    yield node
            except GLib.Error:
                continue

    def look(self, roles, name, within=None):
        """The one of that role and name that can be seen now; None if there is none."""
        try:
            found = next((node for node in self.nodes(roles, name, within) if node.get_role() in ROW or shown(node)), None)
        except GLib.Error:
            found = None
        if found is None:
            self.look_for_application()
        return found

    def find(self, roles, name, seconds=15.0, within=None):
        return wait_until(f'{self.profile} shows “{name}”', lambda: self.look(roles, name, within), seconds)

    def edges(self, roles, name):
        """Where it begins and ends, from the window's top."""
        extents = Atspi.Component.get_extents(self.find(roles, name), Atspi.CoordType.WINDOW)
        return extents.y, extents.y + extents.height

    def shows(self, text, seconds=15.0, roles=None):
        """Waits until some label (or what has one of the roles) contains the text; returns all of it."""
        def look():
            return next((name for node in self.nodes(roles or LABEL | BUTTON | ROW | WINDOW) if text in (name := node.get_name() or '')), None)
        return wait_until(f'{self.profile} says “{text}”', look, seconds)

    def tree(self):
        """What AT-SPI finds of the window: for the report of a failure, which has few lines (meson shows the last hundred)."""
        def below(node):
            try:
                for child in children(node):
                    if name := child.get_name():
                        yield f'{child.get_role_name()} “{name}”{"" if shown(child) else " (not shown)"}'
                    yield from below(child)
            except GLib.Error as problem:
                yield problem.message
        return f'the window of {self.profile}: {", ".join(below(self.application))}'[:4000]

    def says(self):
        """All that the labels say, for looking at."""
        def look():
            return [name for node in self.nodes(LABEL | BUTTON | ROW) if (name := node.get_name())]
        return wait_until(f'{self.profile} says anything', look)

    def fields(self):
        """The names of all text fields there are."""
        try:
            return [node.get_name() for node in self.nodes(TEXT)]
        except GLib.Error:
            return []

    # Acting

    def press(self, name, seconds=15.0, within=None):
        def ready():
            button = self.look(BUTTON, name, within)
            if button is None or not button.get_state_set().contains(Atspi.StateType.SENSITIVE):
                return None
            return button
        Atspi.Action.do_action(wait_until(f'{self.profile} can press “{name}”', ready, seconds), 0)

    def choose(self, name):
        """Presses an item of the menu that is open."""
        def ready():
            return next((node for node in self.nodes({Atspi.Role.MENU_ITEM, Atspi.Role.CHECK_MENU_ITEM}, name)), None)
        Atspi.Action.do_action(wait_until(f'{self.profile} has “{name}” in a menu', ready), 0)

    def choose_page(self, name):
        """Of the preferences, or of the panel."""
        def look():
            return next(self.nodes({Atspi.Role.PAGE_TAB}, name), None)
        Atspi.Action.do_action(wait_until(f'{self.profile} has a page “{name}”', look), 0)

    def write(self, name, text):
        """Replaces what a text field holds."""
        Atspi.EditableText.set_text_contents(self.find(TEXT, name), text)

    def read(self, name):
        node = self.find(TEXT, name)
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    def send(self, text):
        self.write('Message', text)
        self.press('Send')

    def close_top(self):
        self.keys('Escape')

    def click(self, node, into=0.5):
        """With the pointer, in the window that has the keyboard; @into: how far in from its left."""
        extents = Atspi.Component.get_extents(node, Atspi.CoordType.WINDOW)
        x, y = extents.x + int(extents.width * into), extents.y + extents.height // 2
        self.xdotool('mousemove', '--window', self.xdotool('getactivewindow').strip(), str(x), str(y), 'click', '1')

    def prefer(self, name):
        """Switches a choice of the preferences on: a row of a list, which is clicked on until it is."""
        self.keys('ctrl+comma')
        self.find(LABEL, name)

        def is_on():
            return any(node.get_state_set().contains(Atspi.StateType.CHECKED) for node in self.nodes(SWITCH, name))

        def click():
            if not is_on():
                self.click(self.find(LABEL, name), 0.2)
            return is_on()

        wait_until(f'{self.profile} prefers “{name}”', click, every=1)
        self.desktop.picture(f'preferences-{self.profile}')
        self.xdotool('key', 'Escape')

    # Lists

    def rows(self, name):
        node = self.look(LIST, name)
        return [row.get_name() or '' for row in self.nodes(ROW, within=node)] if node else []

    def row(self, name, *parts, seconds=15.0):
        """Waits for a row of a list that contains all the parts; returns its whole name."""
        def look():
            return next((row for row in self.rows(name) if all(part in row for part in parts)), None)
        try:
            return wait_until(f'{self.profile} has a row in “{name}” with {parts}', look, seconds)
        except Failure as failure:
            raise Failure(f'{failure}; there are {self.rows(name)[-12:]}') from None

    def never_row(self, name, *parts, seconds=1.0):
        """Watches for a while that no such row comes."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := [row for row in self.rows(name) if all(part in row for part in parts)]:
                raise Failure(f'{self.profile} has a row that should not be: {found}')
            time.sleep(0.05)

    def activate(self, name, index):
        """Presses a row of a list: by key, GTK 4.8 offers no action for it."""
        row = list(self.nodes(ROW, within=self.find(LIST, name)))[index]
        for _ in range(20):
            if row.get_state_set().contains(Atspi.StateType.FOCUSED):
                self.xdotool('key', 'Return')
                return
            self.xdotool('key', '--delay', '100', 'Down' if self.focus_is_in(name) else 'Tab')
            settle()
        raise Failure(f'no key leads to row {index} of “{name}”')

    def tab_to(self, name):
        """By the keys alone, to what is called so or begins so; a field in a row of a form is passed by: GTK 4.8 does not tell that it has the focus."""
        roles = BUTTON | ROW | {Atspi.Role.COMBO_BOX, Atspi.Role.CHECK_BOX}

        def there():
            with contextlib.suppress(GLib.Error):  # what was there is no more
                return any((node.get_name() or '').startswith(name) and node.get_state_set().contains(self.FOCUSED) for node in self.nodes(roles))
            return False
        for _ in range(20):
            if there():
                return
            self.xdotool('key', '--delay', '100', 'Tab')
        raise Failure(f'no key leads to “{name}”')

    def focus_is_in(self, name):
        rows = self.nodes(ROW, within=self.look(LIST, name))
        return any(row.get_state_set().contains(Atspi.StateType.FOCUSED) for row in rows)

    # The connection panel

    def state(self):
        """The words of the group “TCP state”: the state's name and how it is known."""
        settle()
        for node in self.nodes({Atspi.Role.PANEL, Atspi.Role.GROUPING, Atspi.Role.FILLER}, 'TCP state'):
            return [label.get_name() for label in self.nodes(LABEL, within=node)]
        return []

    def wait_state(self, *words, seconds=15.0):
        def look():
            said = self.state()
            return said if all(word in said for word in words) else None
        try:
            return wait_until(f'{self.profile} is in {words}', look, seconds)
        except Failure as failure:
            raise Failure(f'{failure}; it says {self.state()}') from None

    # The session bus

    def bus_call(self, interface, method, parameters):
        """Asks the application of this profile, as a desktop does."""
        name = f'{ID}.p_{self.profile}'
        bus = Gio.DBusConnection.new_for_address_sync(self.desktop.environment['DBUS_SESSION_BUS_ADDRESS'], BUS_FLAGS, None, None)
        bus.call_sync(name, '/' + name.replace('.', '/'), interface, method, parameters, None, 0, 10000, None)

    def act(self, action):
        self.bus_call('org.freedesktop.Application', 'ActivateAction', GLib.Variant('(sava{sv})', (action, [], {})))

    # Keys and pointer

    def xdotool(self, *words):
        return subprocess.run(['xdotool', *words], env=self.desktop.environment, text=True, capture_output=True,
                              timeout=20, check=True).stdout

    def windows(self):
        """The X windows of the program that can be seen."""
        done = subprocess.run(['xdotool', 'search', '--onlyvisible', '--pid', str(self.process.pid)], text=True,
                              env=self.desktop.environment, capture_output=True, timeout=20)
        return done.stdout.split()

    def focus(self):
        """Puts this window on top with the keyboard in it."""
        window = wait_until(f'the window of {self.profile} is mapped', self.windows)[-1]
        self.xdotool('windowactivate', '--sync', window)
        self.xdotool('windowfocus', '--sync', window)
        return window

    def keys(self, *names):
        self.focus()
        self.xdotool('key', '--clearmodifiers', '--delay', '60', *names)

    def type(self, text):
        self.focus()
        self.xdotool('type', '--delay', '60', text)

    # Ending

    def quit(self):
        self.process.terminate()
        self.process.wait(10)

    def memory(self):
        """Proportional set size in KiB."""
        with open(f'/proc/{self.process.pid}/smaps_rollup') as rollup:
            return next(int(line.split()[1]) for line in rollup if line.startswith('Pss:'))

    def cpu(self):
        """Seconds of processor time used so far."""
        fields = open(f'/proc/{self.process.pid}/stat').read().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')
