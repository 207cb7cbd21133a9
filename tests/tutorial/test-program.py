#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server as a program: libraries, configuration, signals, systemd. usage: test-program.py PROGRAM"""
import os, signal, socket, subprocess, sys, tempfile, time

from hosted import Server, closing, read_to_end, run

PROGRAM = sys.argv[1]


def links_no_window():
    found = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, timeout=20).stdout
    assert "libglib-2.0" in found
    for library in ("gtk", "adwaita", "gdk", "pango", "cairo", "X11", "wayland"):
        assert library not in found, found


def configuration_is_checked():
    for text, words in (("[server]\nport=70000\n", ":2: port: it is not a number"), ("[sever]\n", ":1: There is no group [sever]."),
                        ("[server]\nname=a\nfrob=1\n", ":3: There is no key “frob” in [server].")):
        with tempfile.NamedTemporaryFile("w", suffix=".conf") as file:
            file.write(text)
            file.flush()
            done = subprocess.run([PROGRAM, "--check-config", "--config", file.name], capture_output=True, text=True, timeout=20,
                                  env={**os.environ, "LC_ALL": "C.UTF-8"})
            assert done.returncode == 1 and done.stderr.startswith(file.name + words), done
    done = subprocess.run([PROGRAM, "--check-config", "--config", "/nonexistent/x"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "/nonexistent/x" in done.stderr, done
    assert subprocess.run([PROGRAM, "--check-config"], capture_output=True, timeout=20).returncode == 0
    assert subprocess.run([PROGRAM, "--version"], capture_output=True, timeout=20).stdout.startswith(b"handshake-server ")


def listens_soon():
    took = []
    for _ in range(5):
        began = time.monotonic()
        with Server(PROGRAM):
            took.append(time.monotonic() - began)
    print("# from exec to listening:", ", ".join(f"{t * 1000:.0f} ms" for t in took))
    assert min(took) < 1  # an absolute time is no test; this only says that nothing waits


def leaves_on_sigterm():
    with Server(PROGRAM) as server, closing(server.irc("guest")) as guest:
        server.process.send_signal(signal.SIGTERM)
        assert guest.until("ERROR") == "ERROR :Closing link: The server was stopped"
        guest.close()
        status, seconds, _ = server.stop(signal.SIGCONT)
        assert status == 0 and seconds < 2


def leaves_at_once_when_asked_twice():
    with Server(PROGRAM) as server, closing(server.irc("guest")) as guest:
        server.process.send_signal(signal.SIGINT)
        guest.until("ERROR")
        status, seconds, _ = server.stop(signal.SIGINT)
        assert status == 0 and seconds < 1


def reads_its_configuration_again():
    with Server(PROGRAM, config="[server]\nmotd=old\n") as server, closing(server.irc("guest")) as guest:
        path = os.path.join(server.dir.name, "server.conf")
        for text, expected, seen in (("[server]\nmotd=new\n", "read again.", "- new"), ("[server]\nmotd=3\nfrob=1\n", "frob", "- new"),
                                     ("[server]\nmotd=four\nbacklog=3\n", "next start", "- four")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            server.process.send_signal(signal.SIGHUP)
            words = ""
            while expected not in words:
                data = os.read(server.process.stderr.fileno(), 4096).decode()
                assert data, words
                words += data
            guest.write("MOTD")
            guest.until(seen)


def tells_systemd():
    with tempfile.TemporaryDirectory() as directory:
        for path in (os.path.join(directory, "notify"), f"\0handshake-test-{os.getpid()}"):
            with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as manager:
                manager.settimeout(10)
                manager.bind(path)
                with Server(PROGRAM, env={"NOTIFY_SOCKET": path.replace("\0", "@")}) as server:
                    assert manager.recv(100) == b"READY=1"
                    server.stop()
                    assert manager.recv(100) == b"STOPPING=1"


def raises_its_descriptor_limit():
    with Server(PROGRAM) as server, open(f"/proc/{server.process.pid}/limits", encoding="ascii") as file:
        soft, hard = next(line for line in file if line.startswith("Max open files")).split()[3:5]
        assert soft == hard


def takes_no_plain_text():
    with Server(PROGRAM, "--no-plain-text") as server, closing(server.socket()) as plain, closing(server.irc("irc")):
        plain.sendall(b"hello\n")
        assert read_to_end(plain).startswith(b"This room takes no plain text")


def idles():
    with Server(PROGRAM) as server, closing(server.irc("guest")), closing(server.socket()) as plain:
        plain.sendall(b"hello\n")
        time.sleep(4)  # what is due after the arrivals is over

        def switches():
            with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
                return int(next(line for line in file if line.startswith("voluntary_ctxt_switches")).split()[1])

        before = switches()
        time.sleep(2)
        assert switches() - before <= 1, switches() - before


run([links_no_window, configuration_is_checked, listens_soon, leaves_on_sigterm, leaves_at_once_when_asked_twice, reads_its_configuration_again,
     tells_systemd, raises_its_descriptor_limit, takes_no_plain_text, idles])
