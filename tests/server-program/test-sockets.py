#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""handshake-server on a local socket, and on sockets that were opened for it. usage: test-sockets.py PROGRAM …"""
import os, shutil, signal, socket, stat, subprocess, sys, tempfile, time

from hosted import Irc, Server, Skip, closing, read_until, run

PROGRAM = sys.argv[1]
HOME = tempfile.TemporaryDirectory(prefix="handshake-")
ENV = {**os.environ, "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": HOME.name}


def connect(path):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(15)
    sock.connect(path)
    return sock


def connect_soon(path, process):
    """The file is there from bind () on, but only listen () lets anybody in."""
    until = time.monotonic() + 15
    while True:
        try:
            return connect(path)
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < until and process.poll() is None, "nobody listens there"
            time.sleep(0.01)


def irc(sock, nick):
    guest = Irc(sock)
    guest.write(f"NICK {nick}", "USER u 0 * :Real Name")
    guest.until(" 366 ")
    return guest


# ---- --unix PATH

def a_local_socket_beside_the_port():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        with Server(PROGRAM, "--unix", path) as server:
            assert server.read_line() == f"listening on unix:{path}\n"
            assert stat.S_IMODE(os.lstat(path).st_mode) == 0o600 and stat.S_ISSOCK(os.lstat(path).st_mode)
            with closing(server.irc("far")) as far, closing(irc(connect(path), "near")) as near, closing(connect(path)) as plain:
                plain.sendall("你好\n".encode())
                assert far.until("PRIVMSG #lobby").endswith("你好") and near.until("PRIVMSG #lobby").endswith("你好")
                far.write("PRIVMSG #lobby :hi")
                read_until(plain, b"far: hi\n")
        assert not os.path.lexists(path)


def a_socket_left_behind_is_replaced():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        killed = Server(PROGRAM, "--unix", path)
        killed.stop(signal.SIGKILL)
        assert os.path.lexists(path)
        with Server(PROGRAM, "--unix", path), closing(connect(path)) as sock:
            irc(sock, "guest")


def refused(path, words):
    done = subprocess.run([PROGRAM, "--port", "0", "--unix", path], capture_output=True, text=True, timeout=20, env=ENV)
    assert done.returncode == 1 and words in done.stderr and done.stdout == "", done


def what_is_in_the_way_stays():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        with Server(PROGRAM, "--unix", path), closing(connect(path)) as sock:
            refused(path, "Another program listens on")
            irc(sock, "guest").fence()  # the first one has lost nothing
            irc(connect(path), "another").close()
        with open(path, "w", encoding="ascii") as file:
            file.write("precious")
        refused(path, "is not a socket; it is left alone")
        with open(path, encoding="ascii") as file:
            assert file.read() == "precious"
        refused(os.path.join(directory, "none", "socket"), "none/socket")
        refused(os.path.join(directory, "x" * 120), "longer than 107 bytes")


def nobody_else_connects():
    if os.geteuid() != 0:
        raise Skip("only root can try as somebody else")
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        path = os.path.join(directory, "socket")
        with Server(PROGRAM, "--unix", path):
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all", "/usr/bin/python3", "-c",
                                   "import socket, sys; socket.socket(socket.AF_UNIX).connect(sys.argv[1])", path],
                                  capture_output=True, text=True, timeout=20)
            assert "PermissionError" in done.stderr, done


# ---- Opened by somebody else

# Opens what its first argument names and becomes the rest, as systemd does it: descriptors 3, 4, … and LISTEN_PID, LISTEN_FDS.
OPENER = r"""
import fcntl, os, socket, sys
high = []
for where in sys.argv[1].split(","):
    kind, _, path = where.partition(":")
    sock = socket.socket(socket.AF_UNIX if kind == "unix" else socket.AF_INET, socket.SOCK_DGRAM if kind == "datagrams" else socket.SOCK_STREAM)
    sock.bind(path if kind == "unix" else ("127.0.0.1", 0))
    if kind in ("tcp", "unix"):
        sock.listen(5)
    high.append(fcntl.fcntl(sock.fileno(), fcntl.F_DUPFD, 50))
    sock.close()
for number, fd in enumerate(high, 3):
    os.dup2(fd, number, inheritable=True)
os.environ.update(LISTEN_PID=os.environ.get("PRETEND", str(os.getpid())), LISTEN_FDS=str(len(high)), LISTEN_FDNAMES="a:b")
os.execv(sys.argv[2], sys.argv[2:])
"""


def opened(what, *options):
    return ["/usr/bin/python3", "-c", OPENER, what, PROGRAM, *options]


def start(what, *options, **env):
    """The process and its first lines, as many as there are sockets."""
    process = subprocess.Popen(opened(what, *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**ENV, **env})
    return process, [process.stdout.readline().decode() for _ in what.split(",")]


def end(process):
    process.terminate()
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 0 and b"CRITICAL" not in errors and b"ERROR" not in errors, errors
    return errors.decode()


def a_port_and_a_local_socket_are_given():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        # What the configuration says of sockets does not count then: neither can be had.
        process, lines = start(f"tcp,unix:{path}", "--port", "1", "--address", "192.0.2.1", "--unix", "/nonexistent/x")
        port = int(lines[0].rsplit(":", 1)[1])
        assert lines == [f"listening on 127.0.0.1:{port}\n", f"listening on unix:{path}\n"], lines
        with closing(irc(socket.create_connection(("127.0.0.1", port), 15), "far")) as far, closing(irc(connect(path), "near")) as near:
            far.write("PRIVMSG #lobby :hi")
            near.until("PRIVMSG #lobby hi")
            # They and their number are not handed on.
            with open(f"/proc/{process.pid}/fdinfo/3", encoding="ascii") as file:
                assert int(next(line for line in file if line.startswith("flags:")).split()[1], 8) & os.O_CLOEXEC
        end(process)
        assert os.path.lexists(path)  # it is not ours


def only_a_local_socket_is_given():
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        process, lines = start(f"unix:{path}")
        assert lines == [f"listening on unix:{path}\n"]
        irc(connect(path), "guest").close()
        end(process)


def somebody_elses_sockets_are_not_ours():
    """LISTEN_PID of another process: the environment was inherited."""
    process, lines = start("tcp", "--port", "0", "--address", "127.0.0.2", PRETEND="1")
    assert lines[0].startswith("listening on 127.0.0.2:")
    end(process)


def what_is_given_must_listen():
    for what, words in (("bound", "Descriptor 3 is not a stream socket that listens"), ("datagrams", "Descriptor 3 is not a stream socket"),
                        ("tcp,tcp", "Already listening on port")):
        done = subprocess.run(opened(what), capture_output=True, text=True, timeout=20, env=ENV)
        assert done.returncode == 1 and words in done.stderr and done.stdout == "", (what, done)


def systemd_opens_it():
    """systemd-socket-activate, which starts the program when somebody comes; who comes is served."""
    if not shutil.which("systemd-socket-activate"):
        raise Skip("there is no systemd-socket-activate")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "socket")
        process = subprocess.Popen(["systemd-socket-activate", "-l", path, PROGRAM], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=ENV)
        with closing(irc(connect_soon(path, process), "first")) as first, closing(irc(connect(path), "second")):
            first.until(" JOIN ")
        assert process.stdout.readline().decode() == f"listening on unix:{path}\n"
        end(process)


run([a_local_socket_beside_the_port, a_socket_left_behind_is_replaced, what_is_in_the_way_stays, nobody_else_connects,
     a_port_and_a_local_socket_are_given, only_a_local_socket_is_given, somebody_elses_sockets_are_not_ours, what_is_given_must_listen,
     systemd_opens_it])
