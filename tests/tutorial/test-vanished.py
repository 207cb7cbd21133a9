#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests that are gone from one moment to the next, without FIN or RST. All of it runs in a network namespace of the test's own, whose
loopback goes down; who stays is connected by a Unix socket. usage: test-vanished.py PROGRAM"""
import ctypes, os, socket, subprocess, sys, time

from hosted import Irc, Server, closing, run

PROGRAM = sys.argv[1]
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PIDFD_GETFD = 438  # syscall number, the same on every architecture
CONFIG = "[server]\nunix=@DIR@/socket\n"
SKIPPED = 77
libc = ctypes.CDLL(None, use_errno=True)


def loopback(way):
    subprocess.run(["ip", "link", "set", "lo", way], check=True, timeout=10)


def resident(server):
    """One who is connected past the network."""
    assert server.read_line().startswith("listening on unix:")
    guest = Irc(server.socket(socket.AF_UNIX, os.path.join(server.dir.name, "socket")))
    guest.write("NICK host", "USER u 0 * :Host")
    guest.until(" 366 ")
    guest.fence()  # what else is said on arrival
    return guest


def servers_end(server, port):
    """The server's own socket of the guest at that port: its process lends it to us, whose child it is."""
    pidfd = os.pidfd_open(server.process.pid)
    try:
        for name in os.listdir(f"/proc/{server.process.pid}/fd"):
            fd = libc.syscall(PIDFD_GETFD, pidfd, int(name), 0)
            if fd < 0:
                assert ctypes.get_errno() == 9, os.strerror(ctypes.get_errno())  # EBADF: closed meanwhile
                continue
            try:
                found = socket.socket(fileno=fd)
            except OSError:
                os.close(fd)
                continue
            try:
                if found.family == socket.AF_INET and found.getpeername()[1] == port:
                    return found
            except OSError:
                pass
            found.close()
    finally:
        os.close(pidfd)
    raise AssertionError(f"the server has no connection with port {port}")


def make_impatient(server, guest):
    """What the server asked the kernel for, and then the same in seconds."""
    with closing(servers_end(server, guest.getsockname()[1])) as end:
        assert end.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 120000
        assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 60
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 2000)


def plain_guest(server, host, text=b"hello\n"):
    guest = server.socket()
    guest.sendall(text)
    host.until("PRIVMSG #lobby")
    make_impatient(server, guest)
    return guest


def a_plain_guest_that_is_silent():
    """Nobody pings it: the kernel finds it out."""
    with Server(PROGRAM, config=CONFIG) as server, closing(resident(server)) as host, closing(plain_guest(server, host)):
        loopback("down")
        assert "QUIT :Connection timed out" in host.until("guest-1!plain@127.0.0.1 QUIT")
        assert host.fence() == []


def a_plain_guest_that_is_spoken_to():
    with Server(PROGRAM, config=CONFIG) as server, closing(resident(server)) as host, closing(plain_guest(server, host)):
        loopback("down")
        host.write("PRIVMSG #lobby :are you there?")
        assert "QUIT :Connection timed out" in host.until("guest-1!plain@127.0.0.1 QUIT")


def a_listener():
    """It was announced to nobody, and goes without a word; its place is free again."""
    with Server(PROGRAM, config=CONFIG) as server, closing(resident(server)) as host, closing(server.socket()) as listener:
        time.sleep(3.3)  # it listens from now on
        port = listener.getsockname()[1]
        make_impatient(server, listener)
        loopback("down")
        for _ in range(150):
            row = subprocess.run(["ss", "-tnH", f"sport = :{server.port} and dport = :{port}"], capture_output=True, text=True).stdout
            if not row:
                break
            time.sleep(0.1)
        assert row == "", row
        assert host.fence() == []


def an_irc_guest():
    """The server asks, and hears nothing."""
    config = CONFIG + "[limits]\nping-after=1\npong-within=2\n"
    with Server(PROGRAM, config=config) as server, closing(resident(server)) as host, closing(server.irc("gone")):
        host.until(":gone!u@127.0.0.1 JOIN")
        loopback("down")
        while True:
            line = host.line()
            assert line is not None
            if line.startswith("PING"):
                host.write("PONG" + line[4:])
            elif "QUIT" in line:
                assert ":gone!u@127.0.0.1 QUIT :" in line and "ing timeout" in line, line
                break


def stop_with_a_guest_that_has_vanished():
    """Taking leave of who does not answer is bounded."""
    with Server(PROGRAM, config=CONFIG) as server, closing(resident(server)) as host, closing(plain_guest(server, host)):
        loopback("down")
        status, seconds, _ = server.stop()
        assert status == 0 and seconds < 5.5, seconds


def in_the_namespace(test):
    def row():
        loopback("up")
        test()
    row.__name__ = test.__name__
    return row


def make_namespace():
    """Root has it for the asking, others where the kernel lets everybody be root of a user namespace."""
    if libc.unshare(CLONE_NEWNET) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    if libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0:
        return False
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {user} 1"), ("gid_map", f"0 {group} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as file:
            file.write(text)
    return True


if not make_namespace():
    print("1..0 # SKIP no network namespace of one's own here")
    sys.exit(SKIPPED)
run([in_the_namespace(test) for test in (a_plain_guest_that_is_silent, a_plain_guest_that_is_spoken_to, a_listener, an_irc_guest,
                                         stop_with_a_guest_that_has_vanished)])
