# SPDX-License-Identifier: GPL-3.0-or-later
"""A program with a window on a screen of its own: typed to with the keyboard, and read by the logs that it writes. It knows one program, HexChat."""
import glob, os, shutil, signal, subprocess, tempfile, time

NOBODY = 65534
CONFIGURATION = """version = 2.16.1
gui_join_dialog = 0
gui_slist_skip = 1
irc_logging = 1
irc_log_mask = log/%c.log
irc_nick1 = {nick}
irc_nick2 = {nick}2
irc_nick3 = {nick}3
irc_user_name = {nick}
net_throttle = 0
text_replay = 0
"""
# 58: connects by itself, goes by the global names, takes any certificate, joins in turn.
NETWORKS = """v=2.16.1

N=here
E=UTF-8
F=58
S=127.0.0.1/{port}

"""


class HexChat:
    """It warns whoever is root, so it is not. Its keyboard is American: commands is what is typed by a name (/name does it)."""

    needs = ("hexchat", "Xvfb", "xdotool", "dbus-run-session", "setpriv")

    def __init__(self, nick, port, **commands):
        self.folder = tempfile.TemporaryDirectory(prefix="handshake-")
        home = self.folder.name
        for name, text in (("hexchat.conf", CONFIGURATION.format(nick=nick)), ("servlist.conf", NETWORKS.format(port=port)),
                           ("commands.conf", "".join(f"NAME {name.upper()}\nCMD {command}\n\n" for name, command in commands.items()))):
            with open(os.path.join(home, name), "w", encoding="utf-8") as file:
                file.write(text)
        self.children = []
        read, write = os.pipe()
        self.start(["Xvfb", "-displayfd", str(write), "-screen", "0", "1000x700x24", "-noreset", "-nolisten", "tcp"], pass_fds=(write,))
        os.close(write)
        with os.fdopen(read) as number:
            display = number.readline().strip()
        self.environment = {**os.environ, "DISPLAY": f":{display}", "HOME": home, "XDG_RUNTIME_DIR": home, "LC_ALL": "C.UTF-8"}
        self.environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
        command = ["dbus-run-session", "--", "hexchat", "--cfgdir", home, "--no-plugins"]
        if os.geteuid() == 0:
            for root, _, files in os.walk(home):
                for name in [root] + [os.path.join(root, file) for file in files]:
                    os.chown(name, NOBODY, NOBODY)
            command = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] + command
        self.start(command, env=self.environment, start_new_session=True)

    def start(self, command, **options):
        self.children.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options))

    def xdotool(self, *arguments):
        return subprocess.run(["xdotool", *arguments], env=self.environment, capture_output=True, text=True, timeout=20).stdout.split()

    def focus(self, title):
        """The window whose title has this is typed to from now on."""
        until = time.monotonic() + 20
        while not (found := self.xdotool("search", "--onlyvisible", "--name", title)):
            assert time.monotonic() < until, f"no window {title!r}:\n{self.read()}"
            time.sleep(0.1)
        self.xdotool("windowfocus", "--sync", found[-1])

    def keys(self, text):
        self.xdotool("type", "--delay", "20", text)
        self.xdotool("key", "Return")

    def read(self):
        text = ""
        for name in sorted(glob.glob(os.path.join(self.folder.name, "**", "*.log"), recursive=True)):
            with open(name, encoding="utf-8") as file:
                text += file.read()
        return text

    def wait(self, text, seconds=20):
        """The line of a log that has this."""
        until = time.monotonic() + seconds
        while not (lines := [line for line in self.read().splitlines() if text in line]):
            assert time.monotonic() < until, f"{text!r} is not in the logs:\n{self.read()}"
            time.sleep(0.1)
        return lines[0]

    def close(self):
        for child in reversed(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
                try:
                    child.wait(5)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
        shutil.rmtree(self.folder.name, ignore_errors=True)
