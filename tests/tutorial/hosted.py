# SPDX-License-Identifier: GPL-3.0-or-later
"""A real handshake-server and bare sockets to it: what the tests of this folder and of interop share. Every wait is bounded."""
import contextlib, os, re, select, signal, socket, subprocess, tempfile, time

WAIT = 15
# Whatever a test starts by itself leaves the home of who runs it alone.
HOME = tempfile.TemporaryDirectory(prefix="handshake-")
os.environ["XDG_DATA_HOME"] = HOME.name
# Freed memory is kept aside by AddressSanitizer, for much longer than a test of memory could bear.
os.environ["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=8"


class Server:
    """handshake-server on a free port of 127.0.0.1, or of what --address says."""

    def __init__(self, program, *options, config=None, bound="127.0.0.1", env=None):
        self.dir = tempfile.TemporaryDirectory(prefix="handshake-")
        arguments = [program]
        if "--port" not in options and "port=" not in (config or ""):
            arguments += ["--port", "0"]
        if bound is not None:
            arguments += ["--address", bound]
        if config is not None:
            path = os.path.join(self.dir.name, "server.conf")
            with open(path, "w", encoding="utf-8") as file:
                file.write(config.replace("@DIR@", self.dir.name))
            arguments += ["--config", path]
        self.process = subprocess.Popen(arguments + list(options), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        env={**os.environ, "LC_ALL": "C.UTF-8", "XDG_DATA_HOME": self.dir.name, **(env or {})})
        self.held = b""
        line = self.read_line()
        found = re.fullmatch(r"listening on (.*):(\d+)\n", line)
        if not found:
            self.process.kill()
            raise AssertionError(f"it does not listen: {line!r} {self.process.communicate()[1]!r}")
        self.address, self.port = found[1], int(found[2])

    def read_line(self):
        while b"\n" not in self.held:
            ready, _, _ = select.select([self.process.stdout], [], [], WAIT)
            assert ready, "no word from the server"
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                break
            self.held += data
        line, end, self.held = self.held.partition(b"\n")
        return (line + end).decode()

    def stop(self, how=signal.SIGTERM, within=WAIT):
        """Returns (exit status, seconds, what it complained of)."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(how)
        _, errors = self.process.communicate(timeout=within)
        return self.process.returncode, time.monotonic() - began, (errors or b"").decode()

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        try:
            status, _, errors = self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        finally:
            self.dir.cleanup()
        if kind is None:
            assert status == 0, f"exit status {status}\n{errors}"
            # What a sanitizer or GLib says is a failure even where nothing else is.
            assert "ERROR" not in errors and "CRITICAL" not in errors and "WARNING" not in errors, errors

    def socket(self, family=socket.AF_INET, address=None):
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(WAIT)
        sock.connect(address or ("127.0.0.1", self.port))
        return sock

    def irc(self, nick, caps=None):
        guest = Irc(self.socket())
        if caps:
            guest.write(f"CAP REQ :{caps}")
        guest.write(f"NICK {nick}", "USER u 0 * :Real Name", *(["CAP END"] if caps else []))
        guest.until(" 366 ")
        guest.fence()  # what else is said on arrival
        return guest


class Irc:
    """A guest that speaks IRC."""

    def __init__(self, sock):
        self.sock, self.held = sock, b""

    def write(self, *lines):
        self.sock.sendall("".join(line + "\r\n" for line in lines).encode())

    def line(self):
        while b"\n" not in self.held:
            data = self.sock.recv(65536)
            if not data:
                return None
            self.held += data
        line, self.held = self.held.split(b"\n", 1)
        return line.decode().rstrip("\r")

    def until(self, part):
        """The first line that contains part; those before it are passed over."""
        while True:
            line = self.line()
            assert line is not None, f"closed before {part!r}"
            if part in line:
                return line

    def fence(self):
        """All lines up to now: PONG comes after what went before."""
        token, lines = f"fence-{time.monotonic_ns()}", []
        self.write("PING " + token)
        while True:
            line = self.line()
            assert line is not None, "closed"
            if token in line:
                return lines
            lines.append(line)

    def close(self):
        self.sock.close()


def read_until(sock, part):
    data = b""
    while part not in data:
        more = sock.recv(65536)
        assert more, f"closed after {data!r}, before {part!r}"
        data += more
    return data


def read_to_end(sock):
    data = b""
    while True:
        more = sock.recv(65536)
        if not more:
            return data
        data += more


def is_silent(sock, seconds=0.4):
    """Nothing comes, and it is not closed."""
    ready, _, _ = select.select([sock], [], [], seconds)
    return not ready


class Skip(Exception):
    """Raised with the reason why a row cannot be tried here."""


def run(tests):
    """Runs the functions given and reports each (TAP); the first that fails ends it with its trace."""
    for number, test in enumerate(tests, 1):
        began = time.monotonic()
        try:
            test()
        except Skip as reason:
            print(f"ok {number} - {test.__name__} # SKIP {reason}", flush=True)
        except BaseException:
            print(f"not ok {number} - {test.__name__}", flush=True)
            raise
        else:
            print(f"ok {number} - {test.__name__} ({time.monotonic() - began:.2f} s)", flush=True)
    print(f"1..{len(tests)}", flush=True)


@contextlib.contextmanager
def closing(*things):
    try:
        yield things[0] if len(things) == 1 else things
    finally:
        for thing in things:
            thing.close()
