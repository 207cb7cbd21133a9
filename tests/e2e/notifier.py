#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A notification daemon of a test's own (Desktop Notifications Specification 1.2): it shows nothing, and tells what it was asked to show.

Run as a program it is the daemon; imported, Notifier starts one and presses its buttons.
"""

import sys

from gi.repository import Gio, GLib

NAME, PATH = 'org.freedesktop.Notifications', '/org/freedesktop/Notifications'
INTERFACE = """
<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/></method>
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
</interface>
<interface name="test.Notifier">
  <method name="List"><arg type="aa{ss}" direction="out"/></method>
  <method name="Press"><arg type="s" direction="in"/></method>
</interface></node>
"""


class Daemon:
    def __init__(self, able):
        self.able = able
        self.shown = {}
        self.next = 1
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        for interface in Gio.DBusNodeInfo.new_for_xml(INTERFACE).interfaces:
            self.bus.register_object(PATH, interface, self.on_call, None, None)
        Gio.bus_own_name_on_connection(self.bus, NAME, 0, None, None)
        GLib.MainLoop().run()

    def on_call(self, bus, sender, path, interface, method, arguments, invocation):
        answer = getattr(self, method)(*arguments.unpack())
        invocation.return_value(answer)

    def GetCapabilities(self):
        return GLib.Variant('(as)', (self.able,))

    def GetServerInformation(self):
        return GLib.Variant('(ssss)', ('notifier', 'test', '1', '1.2'))

    def Notify(self, program, replaces, icon, title, body, actions, hints, timeout):
        number = replaces or self.next
        self.next = max(self.next, number + 1)
        self.shown[number] = {'title': title, 'body': body} | {f'action {label}': name for name, label in zip(actions[::2], actions[1::2])}
        return GLib.Variant('(u)', (number,))

    def CloseNotification(self, number):
        self.shown.pop(number, None)
        self.bus.emit_signal(None, PATH, NAME, 'NotificationClosed', GLib.Variant('(uu)', (number, 3)))

    def List(self):
        return GLib.Variant('(aa{ss})', (list(self.shown.values()),))

    def Press(self, label):
        """What is pressed is gone, as with every daemon."""
        for number, notification in list(self.shown.items()):
            if name := notification.get(f'action {label}'):
                self.bus.emit_signal(None, PATH, NAME, 'ActionInvoked', GLib.Variant('(us)', (number, name)))
                self.CloseNotification(number)


class Notifier:
    def __init__(self, desktop, able=('actions', 'body')):
        from desktop import wait_until
        self.process = desktop.start(['/usr/bin/python3', __file__, *able])
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        wait_until('the notification daemon is there', lambda: self.call('org.freedesktop.DBus', '/', 'org.freedesktop.DBus', 'NameHasOwner',
                                                                         GLib.Variant('(s)', (NAME,)))[0])

    def call(self, name, path, interface, method, arguments=None):
        return self.bus.call_sync(name, path, interface, method, arguments, None, 0, 5000, None).unpack()

    def shown(self):
        """What is shown now: title, body and "action LABEL" of each."""
        return self.call(NAME, PATH, 'test.Notifier', 'List')[0]

    def press(self, label):
        self.call(NAME, PATH, 'test.Notifier', 'Press', GLib.Variant('(s)', (label,)))


if __name__ == '__main__':
    Daemon(sys.argv[1:])
