# SPDX-License-Identifier: GPL-3.0-or-later
"""A desktop of a test's own: one virtual screen, one session bus with its accessibility bus, one home. Not the windows on it.

Several session buses on one screen break AT-SPI, and without a session bus of its own stray daemons outlive a test: so every
test makes exactly one desktop, and everything in it ends with the test.
"""

import atexit
import ctypes
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from gi.repository import GLib

PR_SET_PDEATHSIG = 1
SKIPPED = 77


class Skip(Exception):
    """Raised with the reason why a test cannot be made here."""


class Failure(AssertionError):
    """What did not come true, in words."""


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def wait_until(what, check, seconds=15.0, every=0.05):
    """Returns the first true value of check; what is named when none comes. What AT-SPI says of a window that changes while it is
    read, or has no time to answer, is no answer yet."""
    end = time.monotonic() + seconds
    while True:
        try:
            value = check()
        except GLib.Error:
            value = None
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f'not within {seconds:g} s: {what}')
        time.sleep(every)


class Desktop:
    def __init__(self, size='1400x900', language='C.UTF-8', manager=True):
        for program in ('Xvfb', 'dbus-daemon', 'openbox', 'xdotool'):
            if not shutil.which(program):
                raise Skip(f'{program} is not installed')
        self.children = []
        self.windows = []
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='handshake-e2e-'))
        atexit.register(self.close)
        self.environment = self.clean_environment(language)
        if not language.startswith('C.'):
            self.make_locale(language)
        self.environment['DISPLAY'] = self.start_screen(size)
        self.environment['DBUS_SESSION_BUS_ADDRESS'] = self.start_bus()
        if manager:
            self.start(['openbox', '--sm-disable'])
            wait_until('the screen has a window manager', self.is_managed)
        os.environ.clear()
        os.environ.update(self.environment)

    def clean_environment(self, language):
        kept = {name: value for name, value in os.environ.items()
                if name in ('PATH', 'GSETTINGS_SCHEMA_DIR', 'XDG_DATA_DIRS', 'ASAN_OPTIONS', 'UBSAN_OPTIONS',
                            'G_MESSAGES_DEBUG', 'HANDSHAKE', 'HANDSHAKE_PREFIX', 'HANDSHAKE_PICTURES', 'GDK_SCALE', 'ADW_DEBUG_COLOR_SCHEME')}
        runtime = self.folder / 'run'
        for folder in (self.folder / 'home', runtime):
            folder.mkdir(mode=0o700)
        return kept | {
            'HOME': str(self.folder / 'home'), 'XDG_RUNTIME_DIR': str(runtime), 'LC_ALL': language, 'LANGUAGE': '',
            'LANG': language, 'GDK_BACKEND': 'x11', 'GSK_RENDERER': 'cairo', 'GSETTINGS_BACKEND': 'memory',
            'GTK_IM_MODULE': 'gtk-im-context-simple', 'NO_AT_BRIDGE': '0', 'TZ': 'UTC',
        }

    def make_locale(self, language):
        """The language as the C library wants it, whether or not this system has it."""
        folder = self.folder / 'locales'
        folder.mkdir()
        made = subprocess.run(['localedef', '-i', language.split('.')[0], '-f', 'UTF-8', folder / language],
                              capture_output=True, text=True)
        if not (folder / language).is_dir():
            raise Skip(f'the locale {language} cannot be made: {made.stderr.strip()[-200:]}')
        self.environment['LOCPATH'] = str(folder)

    def start(self, words, environment=None, **options):
        """Starts a program that ends with this test; its output goes to a file of its own."""
        name = pathlib.Path(words[0]).name
        log = self.folder / f'{len(self.children)}-{name}.log'
        process = subprocess.Popen(words, env=self.environment | (environment or {}), cwd=self.folder,
                                   stdin=options.pop('stdin', subprocess.DEVNULL), stdout=options.pop('stdout', log.open('wb')),
                                   stderr=log.open('ab'), preexec_fn=end_with_parent, **options)
        process.log = log
        self.children.append(process)
        return process

    def start_screen(self, size):
        reader, writer = os.pipe()
        self.start(['Xvfb', '-displayfd', str(writer), '-noreset', '-nolisten', 'tcp', '-screen', '0', f'{size}x24', '-dpi', '96'],
                   pass_fds=[writer])
        os.close(writer)
        with os.fdopen(reader) as pipe:
            number = pipe.readline().strip()
        if not number:
            raise Skip('Xvfb does not start here')
        return f':{number}'

    def is_managed(self):
        """Programs start when the manager is there, as on a person's desktop."""
        return subprocess.run(['xdotool', 'get_num_desktops'], env=self.environment, capture_output=True).returncode == 0

    def start_bus(self):
        process = self.start(['dbus-daemon', '--session', '--nofork', '--print-address=1'], stdout=subprocess.PIPE)
        return process.stdout.readline().decode().strip()

    def picture(self, name):
        """A picture of the whole screen, kept when HANDSHAKE_PICTURES names a folder."""
        folder = self.environment.get('HANDSHAKE_PICTURES')
        if folder:
            pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
            subprocess.run(['import', '-window', 'root', f'{folder}/{name}.png'], env=self.environment, check=False)

    def logs(self):
        """What the programs said, for a failure's report."""
        for process in self.children:
            text = process.log.read_text(errors='replace').strip()
            if (text or (process.poll() or 0) < 0) and not process.args[0].endswith(('Xvfb', 'openbox')):
                yield f'--- {process.args[0]} ({process.poll()})\n{text[-4000:]}'
        for window in self.windows:
            if window.process.poll() is None:
                yield window.tree()

    def close(self):
        for process in reversed(self.children):
            if process.poll() is None:
                process.terminate()
        for process in reversed(self.children):
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_case(name, case, **options):
    """Runs one test on a desktop of its own and reports it as TAP; the exit status is meson's."""
    desktop = None
    try:
        desktop = Desktop(**options)
        case(desktop)
        print(f'ok 1 {name}\n1..1')
        return 0
    except Skip as reason:
        print(f'ok 1 {name} # SKIP {reason}\n1..1')
        return SKIPPED
    except Exception as problem:
        print(f'not ok 1 {name}\n1..1\n# {type(problem).__name__}: {problem}')
        if not isinstance(problem, Failure):
            import traceback
            traceback.print_exc()
        if desktop:
            desktop.picture(f'failed-{name.strip("/").replace("/", "-")}')
            for text in desktop.logs():
                print(text, file=sys.stderr)
        print(f'{name}: {problem}', file=sys.stderr)
        return 1
    finally:
        if desktop:
            desktop.close()
