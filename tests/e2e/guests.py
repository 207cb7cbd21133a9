# SPDX-License-Identifier: GPL-3.0-or-later
"""The other side of a window's conversation, as the TCP tutorials write it: bare sockets, no framing, turns taken."""

import os
import pathlib
import re
import socket
import threading

from desktop import Failure, wait_until


def listening_ports(pid):
    """TCP ports that a process listens on, lowest first, by the kernel's own account."""
    inodes = set()
    for descriptor in pathlib.Path(f'/proc/{pid}/fd').iterdir():
        try:
            if match := re.match(r'socket:\[(\d+)\]', os.readlink(descriptor)):
                inodes.add(match.group(1))
        except FileNotFoundError:
            continue
    ports = set()
    for table in ('tcp', 'tcp6'):
        for line in pathlib.Path(f'/proc/{pid}/net/{table}').read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == '0A' and fields[9] in inodes:
                ports.add(int(fields[1].rsplit(':', 1)[1], 16))
    return sorted(ports)


def hosted_port(window):
    return wait_until(f'{window.profile} listens', lambda: listening_ports(window.process.pid))[0]


def free_port():
    """A port nobody listens on now, below those the kernel hands out to others."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        return probe.getsockname()[1]


class DatagramServer(threading.Thread):
    """The tutorial's UDP server: it greets whoever writes, and accepts nobody."""

    def __init__(self):
        super().__init__(daemon=True)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(('127.0.0.1', 0))
        self.port = self.socket.getsockname()[1]
        self.heard = []

    def run(self):
        try:
            while True:
                data, address = self.socket.recvfrom(65535)
                if not data:  # our own last word
                    return
                self.heard.append(data.decode())
                self.socket.sendto(b'Hello, ' + data + b'!', address)
        except OSError:
            pass

    def stop(self):
        """Its port is free afterwards."""
        self.socket.sendto(b'', ('127.0.0.1', self.port))
        self.join(10)
        self.socket.close()


class PlainGuest:
    """The tutorial's client: connects, sends text without a newline, reads whatever comes."""

    def __init__(self, port, host='127.0.0.1'):
        self.socket = socket.create_connection((host, port), 10)
        self.socket.settimeout(0.1)
        self.heard = b''
        self.ended = False

    def send(self, text):
        self.socket.sendall(text.encode())

    def listen(self):
        try:
            data = self.socket.recv(65536)
            self.heard += data
            self.ended = self.ended or data == b''
        except TimeoutError:
            pass

    def hears(self, text, seconds=10):
        def heard():
            self.listen()
            return text.encode() in self.heard
        try:
            return wait_until(f'the guest hears “{text}”', heard, seconds, every=0)
        except Failure as failure:
            raise Failure(f'{failure}; it heard {self.heard[-200:]!r}') from None

    def hears_the_end(self, seconds=10):
        def ended():
            self.listen()
            return self.ended
        return wait_until('the guest hears the end of the stream', ended, seconds, every=0)

    def close(self):
        self.socket.close()


class IrcGuest(PlainGuest):
    """A guest with an IRC program, as far as saying who it is and talking needs one."""

    def __init__(self, port, nick, shown, host='127.0.0.1'):
        super().__init__(port, host)
        self.socket.sendall(f'NICK {nick}\r\nUSER {nick} 0 * :{shown}\r\n'.encode())
        self.hears(' 001 ')

    def hears_all(self, text):
        """All that it heard up to there, and some more."""
        self.hears(text)
        return self.heard.decode()

    def send(self, text, room='#lobby'):
        self.socket.sendall(f'PRIVMSG {room} :{text}\r\n'.encode())


class TurnTakingServer(threading.Thread):
    """The tutorial's server: accepts one, then receives, answers, receives, … until it hears q. Strict: any text that does
    not decode, and any turn out of order, is kept in problem."""

    def __init__(self, answers):
        super().__init__(daemon=True)
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.answers = list(answers)
        self.heard = []
        self.connections = 0
        self.problem = None

    def run(self):
        try:
            self.listener.settimeout(60)
            guest, _ = self.listener.accept()
            self.connections += 1
            guest.settimeout(60)
            with guest:
                self.converse(guest)
        except Exception as problem:
            self.problem = problem

    def converse(self, guest):
        while True:
            text = guest.recv(1024).decode('utf-8')
            if text in ('', 'q'):
                self.heard.append(text)
                return
            self.heard.append(text)
            guest.sendall((self.answers.pop(0) if self.answers else 'ok').encode())


class Listener(threading.Thread):
    """Somebody on the way: stands at a port of its own, passes everything on, and keeps what it read."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.target = port
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.heard = []

    def run(self):
        while True:
            guest, _ = self.listener.accept()
            server = socket.create_connection(('127.0.0.1', self.target), 20)
            self.heard.append(bytearray())
            for source, sink in ((guest, server), (server, guest)):
                threading.Thread(target=self.pass_on, args=(source, sink, self.heard[-1]), daemon=True).start()

    @staticmethod
    def pass_on(source, sink, heard):
        try:
            while data := source.recv(65536):
                heard += data
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass
