#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What no guest should send, against handshake-server: it is answered clearly, and nobody else notices. usage: test-bad-input.py PROGRAM"""
import ctypes, os, resource, shutil, socket, struct, subprocess, sys, threading, time

from hosted import Irc, Server, Skip, closing, is_silent, read_to_end, read_until, run

PROGRAM = sys.argv[1]
FREE = "[limits]\nflood-protection=false\n"


def served(server, nick="newcomer"):
    """A newcomer is served at once."""
    began = time.monotonic()
    with closing(server.irc(nick)) as guest:
        guest.fence()
    assert time.monotonic() - began < 1, "a newcomer waited"


def invalid_utf8():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        with closing(server.irc("bad")) as bad:
            bad.sock.sendall(b"PRIVMSG #lobby :\xff\xfe\r\n")
            assert " FAIL * INVALID_UTF8 :" in bad.until("FAIL")
            assert bad.fence() == []
        with closing(server.socket()) as plain:
            plain.sendall(b"a\xffb\xe4\xbdc\n")
            assert host.until("PRIVMSG").endswith("#lobby a\ufffdb\ufffdc")


def nul():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        with closing(server.irc("bad")) as bad:
            bad.sock.sendall(b"PRIVMSG #lobby :a\0b\r\n")
            assert " FAIL * INVALID_NUL :" in bad.until("FAIL")
        with closing(server.socket()) as plain:
            plain.sendall(b"a\0b\n")
            assert host.until("PRIVMSG").endswith("#lobby a\u2400b")


def ten_megabytes_without_newline():
    text = "漢字と仮名".encode() * (10 * 1024 * 1024 // 15)
    # The reader here is slower than the server: what it has not read yet must have room.
    with Server(PROGRAM, config=FREE + "send-queue=67108864\n") as server, closing(server.irc("host")) as host:
        host.sock.settimeout(60)
        plain = server.socket()

        def send():
            plain.sendall(text)
            plain.close()

        sender = threading.Thread(target=send)
        sender.start()
        got = 0
        while got < len(text):
            line = host.until("PRIVMSG")
            assert len(line.encode()) <= 510
            words = line.split(" #lobby ", 1)[1]
            got += len(words.removeprefix(":").encode())
        assert got == len(text)  # nothing of it is lost, no character broken
        sender.join()
        with closing(server.irc("long")) as irc:
            irc.sock.sendall(b"PRIVMSG #lobby :" + b"x" * (10 * 1024 * 1024) + b"\r\n")
            assert " 417 " in irc.until(" 417 ")
            assert irc.fence() == []  # told once


def a_flood_is_held_back():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as flood:
        flood.sendall(b"first\n")
        host.until("first")
        flood.setblocking(False)
        sent, until = 0, time.monotonic() + 3
        while time.monotonic() < until:
            try:
                sent += flood.send(b"more and more and more and more and more and more\n" * 1000)
            except BlockingIOError:
                time.sleep(0.05)
        lines = sum("PRIVMSG" in line for line in host.fence())
        assert 30 <= lines <= 80, lines  # a burst of thirty and ten a second
        assert sent < 40_000_000
        served(server)


def an_open_batch_is_no_licence():
    """The lines of a multiline batch are cheap; others that are sent while one is open are not, and one that has failed is over."""
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.irc("flood")) as flood:
        flood.write("CAP REQ :batch draft/multiline message-tags", "BATCH +1 draft/multiline #lobby",
                    *("@batch=1 PRIVMSG #lobby :of one" for _ in range(150)), "BATCH -1")
        began = time.monotonic()
        for _ in range(150):
            host.until("of one")
        assert time.monotonic() - began < 5  # 15 s, were each paid for as a message
        flood.write("BATCH +2 draft/multiline #lobby", "@batch=2 JOIN #lobby",
                    *("@x PRIVMSG #lobby :alone" if i % 2 else "@batch=2 PRIVMSG #lobby :passed over" for i in range(2000)))
        time.sleep(3)
        lines = sum("alone" in line for line in host.fence())
        assert lines <= 40, lines
        served(server)


def three_hundred_at_once():
    """By IRC: all of them arrive, in order, and whoever else talks does not wait behind them."""
    with Server(PROGRAM, config="[limits]\ncommands-per-second=60\n") as server, closing(server.irc("host")) as host, closing(server.irc("other")) as other:
        with closing(server.irc("flood")) as flood:
            flood.write(*(f"PRIVMSG #lobby :{number}" for number in range(300)))
            host.until("PRIVMSG")
            other.write("PRIVMSG #lobby :let me in")
            heard = ["0"]
            while len(heard) < 301:
                heard.append(host.until("PRIVMSG").split(" #lobby ", 1)[1].removeprefix(":"))
            assert heard.index("let me in") < 200, heard.index("let me in")
            heard.remove("let me in")
            assert heard == [str(number) for number in range(300)]
            assert [line.split(" ", 1)[1] for line in flood.fence()] == ["PRIVMSG #lobby :let me in"]  # and no complaint


class Elsewhere:
    """Another computer, as far as the network goes: a namespace, and a cable to it."""

    CLONE_NEWNET = 0x40000000

    def __init__(self):
        self.name, self.cable = f"hs{os.getpid()}", f"hs{os.getpid()}a"
        if os.geteuid() != 0 or not shutil.which("ip"):
            raise Skip("another computer can only be made by root, with ip")
        if not all(self.ip(command) for command in (
                f"netns add {self.name}", f"link add {self.cable} type veth peer name guest0 netns {self.name}", f"addr add 198.18.77.1/24 dev {self.cable}",
                f"link set {self.cable} up", f"-n {self.name} addr add 198.18.77.2/24 dev guest0", f"-n {self.name} link set guest0 up")):
            self.close()
            raise Skip("no network can be made here")

    def ip(self, command):
        return subprocess.run(["ip"] + command.split(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0

    def connect(self, port, count=1):
        """So many sockets of that computer; a thread of its own goes there to open them."""
        sockets, libc = [], ctypes.CDLL(None, use_errno=True)

        def go():
            with open(f"/run/netns/{self.name}") as namespace:
                assert libc.setns(namespace.fileno(), self.CLONE_NEWNET) == 0, os.strerror(ctypes.get_errno())
            for _ in range(count):
                sockets.append(socket.create_connection(("198.18.77.1", port), 15))
        there = threading.Thread(target=go)
        there.start()
        there.join()
        assert len(sockets) == count
        return sockets

    def close(self):
        self.ip(f"link del {self.cable}")
        self.ip(f"netns del {self.name}")


def two_hundred_from_one_address():
    """64 of them are let in, the others are told why; who comes from elsewhere is served, and a place that is free is free."""
    with closing(Elsewhere()) as elsewhere, Server(PROGRAM, bound=None) as server:
        connections = elsewhere.connect(server.port, 200)
        for connection in connections[64:]:
            assert b"too many connections from your address (64)" in read_to_end(connection)
        served(server)
        for number, connection in enumerate(connections[:64]):
            Irc(connection).write(f"NICK n{number}", "USER u 0 * :r")
        for connection in connections[:64]:
            Irc(connection).until(" 001 ")
        connections[0].close()
        with closing(server.irc("watcher")) as watcher:
            watcher.write("WHOIS n0")
            watcher.until(" 318 ")
        again = Irc(elsewhere.connect(server.port)[0])
        again.write("NICK again", "USER u 0 * :r")
        again.until(" 001 again ")
        for connection in connections[1:] + [again]:
            connection.close()


def one_byte_a_second():
    with Server(PROGRAM, config="[limits]\nregistration-timeout=6\n") as server, closing(server.irc("host")) as host:
        slow = server.socket()
        # Each byte begins a registration line: nothing else is known of it when its time is over.
        for letter in b"CAP LS 3":
            try:
                slow.sendall(bytes([letter]))
            except OSError:
                break
            time.sleep(1)
        data = read_to_end(slow)
        assert data.startswith(b"ERROR :Closing link: registration timed out"), data
        slow.close()
        served(server)
        assert not any("JOIN" in line and "newcomer" not in line for line in host.fence())


def a_registration_typed_letter_by_letter():
    with Server(PROGRAM) as server, closing(server.socket()) as slow:
        for letter in b"NICK typist\r\n":
            slow.sendall(bytes([letter]))
            time.sleep(1)
        slow.sendall(b"USER u 0 * :r\r\n")
        guest = Irc(slow)
        guest.until(" 001 typist ")


def binary():
    with Server(PROGRAM, config=FREE) as server:
        for seed in range(20):
            with closing(server.socket()) as guest:
                guest.sendall(bytes((seed * 7 + k * k * 31 + k // 3) % 256 for k in range(20000)).replace(b"\x16", b"\x17"))
        served(server)


def http():
    with Server(PROGRAM) as server:
        for method in ("GET", "HEAD", "POST", "PUT"):
            with closing(server.socket()) as browser:
                browser.sendall(f"{method} / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())
                head, body = read_to_end(browser).split(b"\r\n\r\n", 1)
                assert head.startswith(b"HTTP/1.1 200 OK\r\n") and b"Connection: close" in head
                length = int(head.split(b"Content-Length: ")[1].split(b"\r\n")[0])
                assert len(body) == length and b"Handshake" in body


def client_hello():
    """A garbage one: an alert, and the end. What a good one gets is tests/tls's."""
    for options in ((), ("--classroom",)):
        with Server(PROGRAM, *options) as server, closing(server.socket()) as tls:
            tls.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2)
            data = read_to_end(tls)
            assert len(data) == 7 and data.startswith(b"\x15\x03"), data
            served(server)


def reset_in_mid_sentence():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        irc = server.irc("gone")
        irc.sock.sendall(b"PRIVMSG #lobby :half a sen")
        irc.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        irc.close()
        assert "QUIT :Connection reset by peer" in host.until(":gone!u@127.0.0.1 QUIT")
        plain = server.socket()
        plain.sendall(b"hello\n")
        host.until("hello")
        plain.sendall(b"half a sen")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        plain.close()
        host.until(":guest-1!plain@127.0.0.1 QUIT")
        served(server)


def never_reads():
    with Server(PROGRAM, config=FREE + "send-queue=65536\n") as server, closing(server.irc("host")) as host:
        deaf = server.irc("deaf")
        text = "x" * 400
        for _ in range(200):
            host.write(*[f"PRIVMSG #lobby :{text}"] * 100)
            if any(":deaf!" in line and "QUIT" in line for line in host.fence()):
                break
        else:
            raise AssertionError("it is still there")
        deaf.close()
        served(server)


def a_thousand_that_say_nothing():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 8192), hard))
    with Server(PROGRAM, config="[limits]\nunregistered=900\n") as server, closing(server.irc("host")) as host:
        silent = [server.socket() for _ in range(1000)]
        served(server)
        # The longest silent went, told why; the newest are there.
        assert read_to_end(silent[0]).startswith(b"ERROR :Closing link: too many connections")
        assert is_silent(silent[999], 0.1)
        assert not any("JOIN" in line and "newcomer" not in line for line in host.fence())
        for sock in silent:
            sock.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def too_many_guests():
    with Server(PROGRAM, config="[limits]\nguests=2\n") as server, closing(server.irc("a"), server.irc("b")):
        with closing(server.socket()) as third:
            assert read_to_end(third) == b"ERROR :Closing link: the server is full (2 guests)\r\n"


run([invalid_utf8, nul, ten_megabytes_without_newline, a_flood_is_held_back, an_open_batch_is_no_licence, three_hundred_at_once, two_hundred_from_one_address,
     one_byte_a_second, a_registration_typed_letter_by_letter, binary,
     http, client_hello, reset_in_mid_sentence, never_reads, a_thousand_that_say_nothing, too_many_guests])
