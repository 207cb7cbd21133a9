#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""--trace: each connection's lifecycle as lines of JSON, appended, for nobody else's eyes, and without a word of what was said. usage: test-trace.py PROGRAM …"""
import json, os, socket, stat, subprocess, sys, tempfile, time

from hosted import Server, closing, run

PROGRAM = sys.argv[1]
SECRETS = ("a-secret-word", "Real Name", "anna", "correct-horse")


def lines_of(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for secret in SECRETS:
        assert secret not in text, secret
    return [json.loads(line) for line in text.rpartition("\n")[0].splitlines()]  # the last one may still be written


def wait_for(path, what, check):
    end = time.monotonic() + 15
    while time.monotonic() < end:
        found = lines_of(path)
        if check(found):
            return found
        time.sleep(0.05)
    raise AssertionError(f"not in the trace: {what}; {[line.get('title') for line in found]}")


def states(lines, connection):
    return [line["state"] for line in lines if line["connection"] == connection and line["kind"] == "state"]


def in_a_folder(test):
    def wrapped():
        with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
            test(os.path.join(folder, "trace.json"))
    wrapped.__name__ = test.__name__
    return wrapped


@in_a_folder
def tells_a_guests_whole_life(path):
    with Server(PROGRAM, "--trace", path) as server:
        with closing(server.irc("anna")) as guest:
            guest.write("PASS correct-horse", "PRIVMSG #lobby :a-secret-word")
            guest.fence()
            port = guest.sock.getsockname()[1]
            # We close first: TIME-WAIT is ours, and the server's end is over with our last ACK.
            guest.write("QUIT")
            guest.sock.shutdown(socket.SHUT_WR)
            while guest.line() is not None:
                pass
        found = wait_for(path, "its end", lambda lines: any(line["kind"] == "gone" for line in lines))
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert {line["connection"] for line in found} == {1}
    assert {line["remote"] for line in found} == {f"127.0.0.1:{port}"}
    passed = states(found, 1)
    assert passed[:3] == ["LISTEN", "SYN-RECEIVED", "ESTABLISHED"], passed
    assert passed[-1] in ("CLOSED", "TIME-WAIT"), passed
    syn = next(line for line in found if line.get("flags") == ["SYN"])
    assert syn["known"] == "observed" and syn["direction"] == "in" and not syn["seq-calculated"]
    assert any(line["kind"] == "numbers" and line["rtt-us"] > 0 for line in found)
    # What arrived at us has the number that follows the guest's SYN.
    first = next(line for line in found if line["kind"] == "data" and line["direction"] == "in")
    assert first["seq"] == (syn["seq"] + 1) % 2 ** 32
    sent = [line for line in found if line.get("stage") == "on-wire"]
    assert not sent or not sent[0]["seq-calculated"]


@in_a_folder
def tells_each_guest_apart_and_appends(path):
    with Server(PROGRAM, "--trace", path) as server:
        with closing(server.irc("anna")), closing(server.socket()) as silent:
            silent.sendall(b"a-secret-word\n")
            wait_for(path, "two", lambda lines: {1, 2} <= {line["connection"] for line in lines})
    before = len(lines_of(path))
    with Server(PROGRAM, "--trace", path) as server, closing(server.irc("anna")):
        wait_for(path, "a third", lambda lines: len(lines) > before)


@in_a_folder
def tells_of_a_reset(path):
    with Server(PROGRAM, "--trace", path) as server:
        guest = server.irc("anna")
        guest.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        guest.close()
        found = wait_for(path, "its end", lambda lines: any(line["kind"] == "gone" for line in lines))
        assert any(line.get("flags") == ["RST"] and line["direction"] == "in" for line in found)
        assert states(found, 1)[-1] == "CLOSED"


def many_come_and_go():
    with tempfile.TemporaryDirectory(prefix="handshake-") as folder:
        path = os.path.join(folder, "trace.json")
        with Server(PROGRAM, "--trace", path) as server:
            for _ in range(60):
                server.socket().close()
            found = wait_for(path, "all ends", lambda lines: sum(line["kind"] == "gone" for line in lines) == 60)
        assert {line["connection"] for line in found} == set(range(1, 61))


def says_when_it_cannot_write():
    done = subprocess.run([PROGRAM, "--port", "0", "--trace", "/nonexistent/trace.json"], capture_output=True, text=True, timeout=20,
                          env={**os.environ, "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": tempfile.gettempdir() + "/handshake-none"})
    assert done.returncode == 1 and "/nonexistent/trace.json" in done.stderr and done.stdout == "", done


run([tells_a_guests_whole_life, tells_each_guest_apart_and_appends, tells_of_a_reset, many_come_and_go, says_when_it_cannot_write])
