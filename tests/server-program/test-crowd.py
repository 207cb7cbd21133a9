#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server among many who say nothing, and beside one who never reads: nobody else notices. usage: test-crowd.py PROGRAM …"""
import os, resource, select, socket, sys, threading, time

from hosted import Irc, Server, closing, run

PROGRAM = sys.argv[1]
CROWD = 10000
NEWCOMERS = 20
SOON = 0.050  # seconds; the best of the newcomers, so that only a server that is always late fails


def raise_limit():
    """As many connections as this process may have, and the server too."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return min(CROWD, hard - 200)


def soonest_newcomer(server):
    took = []
    for i in range(NEWCOMERS):
        began = time.monotonic()
        with closing(Irc(server.socket())) as guest:
            guest.write(f"NICK new{i}", "USER u 0 * :New")
            guest.until(" 001 ")
            took.append(time.monotonic() - began)
    return min(took)


def gone(socks):
    """How many the server has closed; what it said before is passed over."""
    n = 0
    poll = select.poll()
    for sock in socks:
        poll.register(sock, select.POLLIN)
    by_fd = {sock.fileno(): sock for sock in socks}
    for fd, _ in poll.poll(0):
        try:
            while data := by_fd[fd].recv(65536, socket.MSG_DONTWAIT):
                pass
            n += data == b""
        except BlockingIOError:
            pass
        except ConnectionError:
            n += 1
    return n


def newcomer_among_silent_ones(limits):
    n = raise_limit()
    with Server(PROGRAM, config=f"[limits]\nflood-protection=false\nguests=20000\n{limits}") as server:
        alone = soonest_newcomer(server)
        socks = []
        try:
            began = time.monotonic()
            for _ in range(n):
                socks.append(server.socket())
            opened = time.monotonic() - began
            among = soonest_newcomer(server)
            print(f"# {n} silent connections opened in {opened:.2f} s; a newcomer alone {alone * 1000:.1f} ms, among them {among * 1000:.1f} ms")
            assert among < SOON, among
        finally:
            for sock in socks:
                sock.close()


def ten_thousand_that_stay():
    newcomer_among_silent_ones("unregistered=20000\n")


def ten_thousand_of_whom_a_thousand_stay():
    newcomer_among_silent_ones("")


def ten_thousand_that_are_closed_on_time():
    """Where nobody may listen in plain text, who says nothing goes."""
    n = raise_limit()
    config = "[server]\nplain-text=false\n[limits]\nunregistered=20000\nguests=20000\nregistration-timeout=6\n"
    with Server(PROGRAM, config=config) as server:
        socks = [server.socket() for _ in range(n)]
        try:
            deadline = time.monotonic() + 60
            while (left := n - gone(socks)) > 0 and time.monotonic() < deadline:
                time.sleep(0.2)
            assert left == 0, f"{left} of {n} are still there"
            assert soonest_newcomer(server) < 2
        finally:
            for sock in socks:
                sock.close()


def resident(server):
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(next(line for line in file if line.startswith("VmRSS")).split()[1])


def one_who_never_reads():
    """In a busy room it goes out at the limit of its queue; the others miss nothing, and the server keeps no more than that queue."""
    with Server(PROGRAM, config="[limits]\nflood-protection=false\n") as server, closing(server.irc("talker")) as talker, \
            closing(server.irc("watcher")) as watcher:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(15)
        sock.connect(("127.0.0.1", server.port))
        deaf = Irc(sock)
        deaf.write("NICK deaf", "USER u 0 * :Deaf")
        deaf.until(" 366 ")
        before, n, heard, most = resident(server), 40000, [], 0
        out = threading.Event()

        def watch():
            while len(heard) < n or not out.is_set():
                line = watcher.line()
                if line is None:
                    return
                if ":deaf!" in line and " QUIT " in line:
                    assert "Send queue full" in line, line
                    out.set()
                elif " PRIVMSG #lobby " in line:
                    heard.append(int(line.split(" PRIVMSG #lobby :")[1].split(" ")[0]))

        thread = threading.Thread(target=watch, daemon=True)
        thread.start()
        for first in range(0, n, 100):
            talker.write(*(f"PRIVMSG #lobby :{i} " + "z" * 350 for i in range(first, first + 100)))
            most = max(most, resident(server))
            while thread.is_alive() and first - len(heard) > 1000:  # only one is not to read
                time.sleep(0.002)
        thread.join(100)
        deaf.close()
        assert out.is_set(), "it is still there"
        assert heard == list(range(n)), f"{len(heard)} of {n}"
        print(f"# the server grew by {(most - before) / 1024:.1f} MiB while {n * 370 / 1048576:.0f} MiB were said")
        assert most - before < 48 * 1024, most - before  # kilobytes


run([one_who_never_reads, ten_thousand_that_stay, ten_thousand_of_whom_a_thousand_stay, ten_thousand_that_are_closed_on_time])
