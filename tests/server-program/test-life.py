#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server from its start to its end: what it links, how soon it is there, signals, readiness, rights. usage: test-life.py PROGRAM …"""
import os, re, signal, socket, subprocess, sys, tempfile, time

from hosted import Server, Skip, closing, read_to_end, run

PROGRAM = sys.argv[1]
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]


class Manager:
    """Hears what a service tells systemd."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(10)
        self.socket.bind(path)
        self.env = {"NOTIFY_SOCKET": path.replace("\0", "@")}

    def hear(self):
        return dict(line.split("=", 1) for line in self.socket.recv(1000).decode().splitlines())

    def close(self):
        self.socket.close()


def abstract_name():
    return f"\0handshake-test-{os.getpid()}-{time.monotonic_ns()}"


def until_said(server, words):
    """Reads the server's complaints up to these words."""
    said = ""
    while words not in said:
        data = os.read(server.process.stderr.fileno(), 4096).decode()
        assert data, said
        said += data
    return said


def links_no_window():
    found = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, timeout=20).stdout
    assert "libglib-2.0" in found
    for library in ("gtk", "adwaita", "gdk", "pango", "cairo", "X11", "wayland"):
        assert library not in found, found


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


def leaves_within_five_seconds_of_who_does_not_read():
    with Server(PROGRAM, config="[limits]\nflood-protection=false\n") as server, closing(server.irc("talker")) as talker:
        deaf = socket.socket()
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with closing(deaf):
            deaf.connect(("127.0.0.1", server.port))
            deaf.sendall(b"NICK deaf\r\nUSER u 0 * :Deaf\r\n")
            talker.until(" JOIN ")
            for _ in range(10):
                talker.write(*["PRIVMSG deaf :" + "x" * 400] * 200)
                talker.fence()
            status, seconds, _ = server.stop(signal.SIGTERM, within=10)
            assert status == 0 and 1 < seconds < 5.5, seconds


def loses_nothing_that_was_said_before():
    with Server(PROGRAM, config="[limits]\nflood-protection=false\n") as server, closing(server.irc("a"), server.irc("b")) as (a, b):
        a.write(*[f"PRIVMSG b :{n}" for n in range(500)])
        a.fence()
        server.process.send_signal(signal.SIGTERM)
        heard = []
        while not (line := b.line()).startswith("ERROR"):
            if " PRIVMSG b " in line:
                heard.append(int(line.rsplit(" ", 1)[1].lstrip(":")))
        assert heard == list(range(500)), heard


def reads_its_configuration_again():
    with Server(PROGRAM, config="[server]\nmotd=old\n") as server, closing(server.irc("guest")) as guest:
        path = os.path.join(server.dir.name, "server.conf")
        for text, expected, seen in (("[server]\nmotd=new\n", "The configuration was read again.\n", "- new"),
                                     ("[server]\nmotd=3\nfrob=1\n", f"{path}:3: There is no key “frob” in [server].\nThe old configuration stays.\n", "- new"),
                                     ("[server]\nmotd=four\nbacklog=3\nnetwork=N\n", "These wait for the next start: network, backlog.\n", "- four"),
                                     # What waits is said each time, what was taken back is not.
                                     ("[server]\nmotd=five\nbacklog=3\n", "These wait for the next start: backlog.\n", "- five")):
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            server.process.send_signal(signal.SIGHUP)
            until_said(server, expected)
            guest.write("MOTD")
            guest.until(seen)
        os.unlink(path)
        server.process.send_signal(signal.SIGHUP)
        assert path in until_said(server, "The old configuration stays.\n")


def changes_while_it_runs():
    """Limits and plain-text hold for who comes from now on, and those who are there stay."""
    with Server(PROGRAM, config="[server]\n") as server, closing(server.irc("first")) as first:
        with open(os.path.join(server.dir.name, "server.conf"), "w", encoding="utf-8") as file:
            file.write("[server]\nplain-text=false\n[limits]\nguests=2\n")
        server.process.send_signal(signal.SIGHUP)
        until_said(server, "read again.\n")
        with closing(server.socket()) as plain:
            plain.sendall(b"hello\n")
            assert read_to_end(plain).startswith(b"This room takes no plain text")
        first.fence()
        with closing(server.irc("second")), closing(server.socket()) as third:
            assert b"the server is full (2 guests)" in read_to_end(third)
        first.fence()


def tells_systemd():
    with tempfile.TemporaryDirectory() as directory:
        for path in (os.path.join(directory, "notify"), abstract_name()):
            with closing(Manager(path)) as manager, Server(PROGRAM, env=manager.env) as server:
                assert manager.hear() == {"READY": "1", "STATUS": f"listening on 127.0.0.1:{server.port}"}
                before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                server.process.send_signal(signal.SIGHUP)
                reloading = manager.hear()
                assert reloading["RELOADING"] == "1"
                assert before <= int(reloading["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
                assert manager.hear() == {"READY": "1"}
                server.stop()
                assert manager.hear() == {"STOPPING": "1"}


def says_it_is_ready_when_it_is():
    """Who connects on READY=1 is not refused."""
    name = abstract_name()
    with closing(Manager(name)) as manager, Server(PROGRAM, env=manager.env) as server:
        address, port = manager.hear()["STATUS"].removeprefix("listening on ").rsplit(":", 1)
        socket.create_connection((address, int(port)), 5).close()
        assert int(port) == server.port


def is_silent_to_a_manager_that_is_gone():
    with Server(PROGRAM, env={"NOTIFY_SOCKET": "/nonexistent/notify"}), Server(PROGRAM, env={"NOTIFY_SOCKET": "x" * 200}):
        pass


def needs_no_root():
    """As root it says so, once; for a low port it has a reason; as an ordinary user there is nothing to say."""
    words = "This runs as root"
    if os.geteuid() != 0:
        with Server(PROGRAM) as server:
            assert words not in server.stop()[2]
        raise Skip("not root here: that it is silent was seen, that it speaks was not")
    with Server(PROGRAM) as server:
        assert server.stop()[2].count(words) == 1
    with Server(PROGRAM, "--port", "911") as server:
        assert words not in server.stop()[2]
    if subprocess.run([*NOBODY, "test", "-x", PROGRAM], check=False, timeout=20).returncode != 0:
        raise Skip("nobody may not reach the program here")
    with Server(NOBODY[0], *NOBODY[1:], PROGRAM, "--port", "0", "--address", "127.0.0.1", bound=None) as server:
        assert words not in server.stop()[2]


def says_when_everybody_can_read_a_password():
    words = "everybody on this computer can read it"
    with Server(PROGRAM, config="[operator]\nname=o\npassword=secret\n") as server:
        path = os.path.join(server.dir.name, "server.conf")
        os.chmod(path, 0o600)
        server.process.send_signal(signal.SIGHUP)
        first = until_said(server, "read again.\n")
        os.chmod(path, 0o644)
        server.process.send_signal(signal.SIGHUP)
        until_said(server, f"read again.\n{path}: This file holds a password, and {words}.\n")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[operator]\nname=o\n")
        server.process.send_signal(signal.SIGHUP)
        assert first.count(words) <= 1 and words not in until_said(server, "read again.\n") + server.stop()[2]


def raises_its_descriptor_limit():
    with Server(PROGRAM) as server, open(f"/proc/{server.process.pid}/limits", encoding="ascii") as file:
        soft, hard = next(line for line in file if line.startswith("Max open files")).split()[3:5]
        assert soft == hard


def takes_no_plain_text():
    with Server(PROGRAM, "--no-plain-text") as server, closing(server.socket()) as plain, closing(server.irc("irc")):
        plain.sendall(b"hello\n")
        assert read_to_end(plain).startswith(b"This room takes no plain text")


def command_line_wins():
    with Server(PROGRAM, "--port", "0", "--name", "From the line", config="[server]\nname=From the file\nport=1\n") as server:
        with closing(server.irc("guest")) as guest:
            guest.write("WHOIS guest")
            assert guest.until(" 312 ").endswith(":From the line")
        server.process.send_signal(signal.SIGHUP)
        until_said(server, "The configuration was read again.\n")


def speaks_the_persons_language():
    """Words are translated, lines that programs read are not."""
    done = subprocess.run([PROGRAM, "--port", "70000"], capture_output=True, text=True, timeout=20, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.stderr == "--port: it is not a number from 0 to 65535\n", done
    with Server(PROGRAM, env={"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}) as server:
        assert re.fullmatch(r"\d+\.\d+\.\d+\.\d+", server.address)


def says_first_why_it_does_not_start():
    """A second one of the same person finds the port taken, and the history too: only the first is why it ends."""
    with Server(PROGRAM) as server:
        done = subprocess.run([PROGRAM, "--address", "127.0.0.1", "--port", str(server.port)], capture_output=True, text=True, timeout=20,
                              env={**os.environ, "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": server.dir.name})
        assert done.returncode == 1, done
        assert done.stderr == f"Port {server.port} is already in use by another program\n", done


def idles():
    with Server(PROGRAM) as server, closing(server.irc("guest")), closing(server.socket()) as plain:
        plain.sendall(b"hello\n")

        def switches():
            with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
                return int(next(line for line in file if line.startswith("voluntary_ctxt_switches")).split()[1])

        # What is due after the arrivals ends within seconds; after that two seconds, which are what is measured, bring nothing.
        woken = []
        while not woken or woken[-1] > 1:
            assert len(woken) < 8, woken
            before = switches()
            time.sleep(2)
            woken.append(switches() - before)


run([links_no_window, listens_soon, leaves_on_sigterm, leaves_at_once_when_asked_twice, leaves_within_five_seconds_of_who_does_not_read,
     loses_nothing_that_was_said_before, reads_its_configuration_again, changes_while_it_runs, tells_systemd, says_it_is_ready_when_it_is,
     is_silent_to_a_manager_that_is_gone, needs_no_root, says_when_everybody_can_read_a_password, raises_its_descriptor_limit, takes_no_plain_text, command_line_wins,
     speaks_the_persons_language, says_first_why_it_does_not_start, idles])
