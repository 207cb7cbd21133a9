# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a terminal of its own, typed to and read as a person would. It draws nothing: what the program wrote is searched."""
import fcntl, os, pty, re, select, signal, struct, termios, time


class Terminal:
    def __init__(self, *arguments, **env):
        self.screen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
            os.environ.update(env, TERM="xterm", LC_ALL="C.UTF-8", COLUMNS="200", LINES="40")
            os.execvp(arguments[0], arguments)

    def read(self, seconds):
        """What comes within that time, False if nothing does, or the program has ended; a full terminal would stop the program."""
        if not select.select([self.fd], [], [], max(seconds, 0))[0]:
            return False
        try:
            self.screen += os.read(self.fd, 65536)
        except OSError:  # EIO: nobody holds the other side any more
            time.sleep(0.05)
            return False
        return True

    def keys(self, text):
        """A line, with Return."""
        self.type(text + "\r")

    def type(self, text):
        os.write(self.fd, text.encode())
        time.sleep(0.3)  # nobody types faster: it would take it for pasted
        while self.read(0):
            pass

    def wait(self, text, seconds=20):
        """Until this stands on the screen (colours and movements left out)."""
        until = time.monotonic() + seconds
        while text not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.screen.decode("utf-8", "replace")):
            left = until - time.monotonic()
            assert left > 0, f"{text!r} is not on the screen:\n" + self.screen.decode("utf-8", "replace")[-3000:]
            self.read(left)

    def end(self, seconds=10):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.read(0.05)
            if os.waitpid(self.pid, os.WNOHANG)[0] != 0:
                os.close(self.fd)
                return
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self.fd)
        raise AssertionError("it did not end")
