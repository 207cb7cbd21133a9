#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rows of a TCP tutorial whose client is a bare socket, against handshake-server. usage: test-tutorial.py PROGRAM"""
import os, shutil, socket, stat, struct, subprocess, sys, tempfile, threading, time

from hosted import Irc, Server, Skip, closing, is_silent, read_to_end, read_until, run

PROGRAM = sys.argv[1]

# A client as tutorials print it: it takes turns, sends without a newline, and ends on a read that is just "q".
TAKE_TURNS = r"""
import socket, sys
sock = socket.socket()
sock.connect(("127.0.0.1", int(sys.argv[1])))
sock.send(sys.argv[2].encode("utf-8"))
while True:
    text = sock.recv(1024).decode("utf-8")
    print(text, flush=True)
    if text == "q":
        break
    answer = sys.stdin.readline().strip()
    sock.send(answer.encode("utf-8"))
    if answer == "q":
        break
sock.close()
"""


def take_turns(server, first):
    return subprocess.Popen([sys.executable, "-c", TAKE_TURNS, str(server.port), first], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)


def a_text_without_newline():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.send("你好".encode("utf-8"))
        assert host.until("PRIVMSG").endswith("PRIVMSG #lobby 你好")
        host.write("PRIVMSG #lobby :你也好")
        assert guest.recv(1024).decode("utf-8") == "host: 你也好\n"


def no_greeting():
    with Server(PROGRAM) as server, closing(server.socket()) as guest:
        guest.send(b"hello")
        assert is_silent(guest, 0.8)


def a_character_over_two_packets():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        data = "你好".encode("utf-8")
        guest.send(data[:4])
        time.sleep(0.5)  # longer than the gap that ends a message
        guest.send(data[4:])
        assert host.until("PRIVMSG").split(" PRIVMSG ", 1)[1] == "#lobby 你好"


def q_leaves_and_the_server_serves_on():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.send(b"hello")
        host.until("PRIVMSG #lobby hello")
        guest.send(b"q")
        host.until("QUIT")
        began = time.monotonic()
        assert guest.recv(1024) == b""  # closed in good order, though we have not closed
        assert 0.8 < time.monotonic() - began < 3  # it waited for our FIN first
        with closing(server.socket()) as second:
            second.send(b"still there?")
            host.until("PRIVMSG #lobby :still there?")


def a_leaver_that_closes_has_the_time_wait():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        guest = server.socket()
        guest.send(b"hello")
        host.until("PRIVMSG #lobby hello")
        port = guest.getsockname()[1]
        guest.send(b"q")
        guest.close()
        host.until("QUIT")
        found = ""
        for _ in range(50):
            found = subprocess.run(["ss", "-tanH", "state", "time-wait"], capture_output=True, text=True).stdout
            if f":{port} " in found:
                break
            time.sleep(0.1)
        row = next(line for line in found.splitlines() if f":{port} " in line)
        assert row.split()[2].endswith(f":{port}"), row  # local is the leaver's port


def five_at_once_none_taking_turns():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        guests = [server.socket() for _ in range(5)]
        for k, guest in enumerate(guests):
            guest.sendall(f"guest {k} first\n".encode())
        for k in range(5):
            host.until("first")
        # Everybody is in now; each sends three in a row, none waits.
        for k, guest in enumerate(guests):
            for n in range(3):
                guest.sendall(f"from {k} number {n}\n".encode())
        for k, guest in enumerate(guests):
            data = b""
            while data.count(b" number ") < 12:
                more = guest.recv(65536)
                assert more
                data += more
            for other in range(5):
                expected = 0 if other == k else 3
                assert data.count(f"from {other} number".encode()) == expected, data
            guest.close()


def every_family():
    with Server(PROGRAM, bound=None) as server, closing(server.irc("host")) as host:
        assert server.address == "[::]", server.address
        addresses = [(socket.AF_INET, ("127.0.0.1", server.port)), (socket.AF_INET6, ("::1", server.port))]
        for family, address in addresses:
            with closing(server.socket(family, address)) as guest:
                guest.send(f"via {family.name}".encode())
                host.until(f"via {family.name}")
        with closing(socket.create_connection(("localhost", server.port))) as guest:
            guest.send(b"via a name")
            host.until("via a name")


def a_unix_socket():
    with Server(PROGRAM, config="[server]\nunix=@DIR@/socket\n") as server, closing(server.irc("host")) as host:
        path = os.path.join(server.dir.name, "socket")
        assert server.read_line() == f"listening on unix:{path}\n"
        assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        with closing(server.socket(socket.AF_UNIX, path)) as guest:
            guest.send("经过本地".encode())
            assert "经过本地" in host.until("PRIVMSG")
            host.write("PRIVMSG #lobby :back")
            assert guest.recv(1024) == b"host: back\n"


def several_messages_in_a_row():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.sendall("一\n二\n三\n".encode())
        for text in "一二三":
            assert host.until("PRIVMSG").endswith(text)


def take_turns_client_ends_when_the_server_stops():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        client = take_turns(server, "你好")
        host.until("你好")
        host.write("PRIVMSG #lobby :hello")
        assert client.stdout.readline() == "host: hello\n"
        client.stdin.write("answer\n")
        client.stdin.flush()
        host.until("answer")
        status, seconds, _ = server.stop()
        assert status == 0 and seconds < 5
        out, err = client.communicate(timeout=10)
        assert client.returncode == 0 and out.strip().endswith("q") and err == "", (out, err)


def a_listener_gets_q_too():
    with Server(PROGRAM) as server, closing(server.socket()) as listener:
        with closing(server.irc("host")) as host:
            time.sleep(3.3)  # it listens from now on
            host.write("PRIVMSG #lobby :heard?")
            assert read_until(listener, b"\n") == b"host: heard?\n"
            assert host.fence() == []  # it was announced to nobody
        server.stop()
        assert read_to_end(listener) == b"q"


def a_listener_joins_with_its_first_message():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as listener:
        time.sleep(3.3)
        listener.send(b"now I speak")
        host.until("JOIN #lobby")
        host.until("PRIVMSG #lobby :now I speak")


def sends_and_closes_at_once():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        for text in ("bye", "NICK nobody", "再见"):
            guest = server.socket()
            guest.send(text.encode())
            guest.close()
            if text != "NICK nobody":
                host.until(text)


def half_closed_still_hears():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.send(b"I have said all")
        guest.shutdown(socket.SHUT_WR)
        host.until("I have said all")
        host.write("PRIVMSG #lobby :we have not")
        assert read_until(guest, b"\n") == b"host: we have not\n"


def never_closes_after_its_q():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.send(b"hello")
        host.until("hello")
        guest.send(b"q")
        host.until("QUIT")
        status, seconds, _ = server.stop()
        assert status == 0 and seconds < 5.5


def plain_commands():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, closing(server.socket()) as guest:
        guest.sendall("/nick 张三\n".encode())
        assert read_until(guest, b"\n").decode() == "You are now called 张三.\n"
        guest.sendall(b"/who\n")
        assert read_until(guest, b"\n").decode() == "Here: host, 张三\n"
        guest.sendall(b"/help\n")
        assert b"/quit" in read_until(guest, b"\n")
        guest.sendall(b"/frob\n")
        assert b"no such command" in read_until(guest, b"\n")
        guest.sendall(b"//etc/passwd\n")
        assert host.until("PRIVMSG").endswith("#lobby /etc/passwd")
        guest.sendall(b"/quit\n")
        host.until("QUIT")


def bound_to_one_or_to_all():
    with Server(PROGRAM) as one:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as sock:
            assert sock.connect_ex(("::1", one.port)) != 0
        assert one.address == "127.0.0.1"
    with Server(PROGRAM, bound="::1") as one:
        assert one.address == "[::1]"
        with socket.socket() as sock:
            assert sock.connect_ex(("127.0.0.1", one.port)) != 0


def the_backlog_as_set():
    with Server(PROGRAM, config="[server]\nbacklog=7\n") as server:
        row = subprocess.run(["ss", "-ltnH", f"sport = :{server.port}"], capture_output=True, text=True).stdout.split()
        assert row[2] == "7", row


def port_in_use():
    with Server(PROGRAM) as first:
        second = subprocess.run([PROGRAM, "--address", "127.0.0.1", "--port", str(first.port)], capture_output=True, text=True, timeout=20)
        assert second.returncode == 1 and second.stdout == "", second
        assert str(first.port) in second.stderr, second.stderr


def refused_addresses():
    for options, word in ((["--port", "70000"], "--port"), (["--port", "-1"], "--port"), (["--port", "x"], "--port"),
                          (["--address", "rubbish"], "--address"), (["--address", "192.0.2.1", "--port", "0"], ""),
                          (["--trace", "/nonexistent/x"], "/nonexistent/x"), (["surplus"], "surplus"), (["--frob"], "--frob")):
        done = subprocess.run([PROGRAM, *options], capture_output=True, text=True, timeout=20)
        assert done.returncode == 1 and done.stdout == "" and word in done.stderr and len(done.stderr.splitlines()) == 1, (options, done)


PORT_START = "/proc/sys/net/ipv4/ip_unprivileged_port_start"
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"]


def a_port_for_the_administrator_only():
    """Port 1, as nobody: a sentence, no crash. Where everybody may open any port, a network of one's own has the usual rule."""
    with open(PORT_START, encoding="ascii") as file:
        open_to_all = int(file.read()) <= 1
    words = [PROGRAM, "--port", "1", "--data-dir"]
    folder = tempfile.mkdtemp(prefix="handshake-")
    os.chmod(folder, 0o777)
    words.append(folder)
    if os.getuid() == 0:
        words = NOBODY + words
    if open_to_all and os.getuid() != 0:
        raise Skip("everybody may open port 1 here (net.ipv4.ip_unprivileged_port_start)")
    if open_to_all:
        words = ["unshare", "--net", "sh", "-c", f'echo 1024 > {PORT_START} && exec "$@"', "sh", *words]
    done = subprocess.run(words, capture_output=True, text=True, timeout=20)
    shutil.rmtree(folder)
    assert done.returncode == 1 and done.stdout == "" and len(done.stderr.splitlines()) == 1, done
    assert "administrator" in done.stderr, done.stderr


run([a_text_without_newline, no_greeting, a_character_over_two_packets, q_leaves_and_the_server_serves_on,
     a_leaver_that_closes_has_the_time_wait, five_at_once_none_taking_turns, every_family, a_unix_socket, several_messages_in_a_row,
     take_turns_client_ends_when_the_server_stops, a_listener_gets_q_too, a_listener_joins_with_its_first_message, sends_and_closes_at_once,
     half_closed_still_hears, never_closes_after_its_q, plain_commands, bound_to_one_or_to_all, the_backlog_as_set, port_in_use,
     refused_addresses, a_port_for_the_administrator_only])
