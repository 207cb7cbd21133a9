#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of others as guests of handshake-server: irssi, weechat, HexChat, nc. usage: test-guests.py PROGRAM
The cases of a program that is not installed are skipped."""
import hashlib, os, shutil, ssl, subprocess, sys, tempfile, time

from hosted import Irc, Server, Skip, closing, run
from screen import HexChat
from terminal import Terminal

PROGRAM = sys.argv[1]


def irssi():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, tempfile.TemporaryDirectory() as home:
        guest = Terminal("irssi", "--home", home, "-c", "127.0.0.1", "-p", str(server.port), "-n", "irssi", HOME=home)
        host.until(":irssi!")
        host.write("PRIVMSG #lobby :欢迎 😀")
        guest.keys("/window goto #lobby")
        guest.wait("欢迎")
        guest.keys("你好 from irssi")
        assert host.until("PRIVMSG").endswith("#lobby :你好 from irssi")
        guest.keys("/nick 张三")
        host.until(":irssi!")
        host.write("PRIVMSG 张三 :psst")
        guest.keys("/me waves")
        assert host.until("PRIVMSG").endswith("\x01ACTION waves\x01")
        guest.wait("waves")
        guest.keys("/quit 再见")
        assert "QUIT" in host.until("再见")
        guest.end()


def weechat():
    program = shutil.which("weechat-headless")
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, tempfile.TemporaryDirectory() as home:
        commands = (f"/server add here 127.0.0.1/{server.port} -notls -ssl=off -nicks=weechat; /set irc.server.here.ssl off; "
                    "/set irc.server.here.capabilities *; /connect here; "
                    "/wait 2 /command -buffer irc.here.#lobby * /say 你好 from weechat; /wait 4 /quit bye")
        guest = subprocess.Popen([program, "--dir", home, "-r", commands], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
        try:
            host.until(":weechat!")
            assert host.until("PRIVMSG").endswith("你好 from weechat")
            host.until(":weechat!")
            guest.wait(20)
        finally:
            if guest.poll() is None:
                guest.kill()
                guest.wait()


def weechat_types():
    """Typing goes both ways; what is echoed to it, it has once."""
    with Server(PROGRAM) as server, closing(server.irc("host", "message-tags")) as host, tempfile.TemporaryDirectory() as home:
        guest = Terminal("weechat", "--dir", home, HOME=home)
        guest.wait("WeeChat")
        for command in (f"/server add here 127.0.0.1/{server.port} -notls -nicks=weechat", "/set irc.server.here.ssl off",
                        "/set irc.server.here.capabilities *", "/set typing.look.enabled_self on", "/set typing.look.enabled_nicks on",
                        "/set irc.look.typing_status_self on", "/set irc.look.typing_status_nicks on", "/set logger.file.flush_delay 0",
                        "/connect here"):
            guest.keys(command)
        host.until(":weechat!")
        guest.keys("/buffer irc.here.#lobby")
        host.write("@+typing=active TAGMSG #lobby")
        guest.wait("Typing: host")
        for letter in "hallo du":
            guest.type(letter)
        assert "+typing=active" in host.until(" TAGMSG #lobby")
        guest.keys("")
        assert host.until("PRIVMSG").endswith("hallo du")
        guest.keys("/quit")
        host.until(" QUIT ")
        guest.end()
        with open(os.path.join(home, "logs", "irc.here.#lobby.weechatlog"), encoding="utf-8") as log:
            assert log.read().count("hallo du") == 1


def fingerprints(server):
    """Of the server's certificate, and of its key (SHA-256, hexadecimal)."""
    with closing(server.socket()) as raw:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        certificate = context.wrap_socket(raw).getpeercert(binary_form=True)
    key = subprocess.run("openssl x509 -inform DER -pubkey -noout | openssl pkey -pubin -outform DER", shell=True, input=certificate,
                         capture_output=True, check=True, timeout=20).stdout
    return hashlib.sha256(certificate).hexdigest(), hashlib.sha256(key).hexdigest()


def irssi_pinned():
    """The right key joins; another is refused by irssi, and the server goes on."""
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, tempfile.TemporaryDirectory() as home:
        _, key = fingerprints(server)
        for nick, pin in (("wrong", "0" * 64), ("right", key)):
            pin = ":".join(pin[i:i + 2] for i in range(0, 64, 2)).upper()
            guest = Terminal("irssi", "--home", home, "-n", nick, HOME=home)
            guest.wait("[(status)]")
            guest.keys(f"/connect -tls -tls_pinned_pubkey {pin} 127.0.0.1 {server.port}")
            if nick == "right":
                host.until(":right!")
                host.write("PRIVMSG #lobby :欢迎")
                guest.keys("/window goto #lobby")
                guest.wait("欢迎")
            else:
                guest.wait("mismatch")
            guest.keys("/quit")
            guest.end()
        assert not any("wrong" in line for line in host.fence())


def weechat_pinned():
    program = shutil.which("weechat-headless")
    with Server(PROGRAM) as server, closing(server.irc("host")) as host, tempfile.TemporaryDirectory() as home:
        certificate, _ = fingerprints(server)
        for nick, pin in (("wrong", "0" * 64), ("right", certificate)):
            commands = (f"/server add {nick} 127.0.0.1/{server.port} -ssl -nicks={nick} -ssl_fingerprint={pin}; /connect {nick}; "
                        f"/wait 3 /quit bye")
            guest = subprocess.Popen([program, "--dir", os.path.join(home, nick), "-r", commands], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
            try:
                if nick == "right":
                    host.until(":right!")
                guest.wait(20)
            finally:
                if guest.poll() is None:
                    guest.kill()
                    guest.wait()
        assert not any("wrong" in line for line in host.fence())


def wait_for_room(other, nick):
    """Until the program called nick is in #r, as its operator."""
    for _ in range(100):
        other.write("WHOIS " + nick)
        if "@#r" in other.until(f" 319 other {nick} "):
            return
        time.sleep(0.1)
    raise AssertionError("it did not join #r")


def irssi_rules():
    """irssi as the one who made a room: topic, modes, quiet, ban, kick, invite, whois, away; the other end is a bare socket."""
    with Server(PROGRAM) as server, closing(server.irc("other", "away-notify")) as other, tempfile.TemporaryDirectory() as home:
        guest = Terminal("irssi", "--home", home, "-c", "127.0.0.1", "-p", str(server.port), "-n", "irssi", HOME=home)
        other.until(":irssi!")
        guest.wait("global users")
        guest.keys("/set cmd_queue_speed 10msec")
        guest.keys("/join #r")
        guest.wait("Join to #r")  # irssi is +i: nobody else is told where it is
        other.write("JOIN #r")
        assert "@irssi" in other.until(" 353 other = #r ")
        guest.keys("/topic 话题")
        assert other.until("TOPIC").endswith("#r 话题")
        guest.keys("/mode #r +mv other")
        assert other.until("MODE").endswith("#r +mv other")
        guest.keys("/mode #r -mv other")
        assert other.until("MODE").endswith("#r -mv other")
        guest.keys("/quote MODE #r +q other")
        assert other.until("MODE").endswith("#r +q other!*@*")
        other.write("PRIVMSG #r :psst")
        other.until(" 404 ")
        guest.keys("/ban other")
        assert "#r +b " in other.until("MODE")
        guest.keys("/kick other genug")
        assert other.until("KICK").endswith("#r other genug")
        other.write("JOIN #r")
        other.until(" 474 ")
        guest.keys("/unban *")
        guest.keys("/mode #r +i")
        guest.keys("/invite other")
        assert other.until("INVITE").endswith("other #r")
        other.write("AWAY :Mittag")
        guest.keys("/window 1")
        guest.keys("/whois other")
        guest.wait("Mittag")
        guest.keys("/away 茶")
        assert other.until(":irssi!").endswith("AWAY 茶")
        guest.keys("/quit")
        other.until("QUIT")
        guest.end()


def weechat_rules():
    """WeeChat with every capability it knows: it makes a room, mutes by /quiet and kicks; a bare socket sees that."""
    program = shutil.which("weechat-headless")
    with Server(PROGRAM) as server, closing(server.irc("other")) as other, tempfile.TemporaryDirectory() as home:
        in_room = "/command -buffer irc.here.#r *"
        commands = (f"/server add here 127.0.0.1/{server.port} -notls -ssl=off -nicks=weechat; /set irc.server.here.ssl off; "
                    "/set irc.server.here.capabilities *; /set irc.server.here.autojoin #r; /connect here; "
                    f"/wait 4 {in_room} /topic 话题; /wait 5 {in_room} /quiet other; /wait 6 {in_room} /ban other; "
                    f"/wait 7 {in_room} /kick other genug; /wait 16 /quit bye")
        guest = subprocess.Popen([program, "--dir", home, "-r", commands], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
        try:
            other.until(":weechat!")
            wait_for_room(other, "weechat")
            other.write("JOIN #r")
            other.until(" 366 other #r ")
            seen = []
            while not seen or " QUIT " not in seen[-1]:
                seen.append(other.line())
            for part in ("TOPIC #r 话题", "MODE #r +q ", "MODE #r +b ", "KICK #r other genug"):
                assert any(part in line for line in seen), (part, seen)
            guest.wait(20)
        finally:
            if guest.poll() is None:
                guest.kill()
                guest.wait()


def make_account(server, name, password, certificate=None):
    """By a bare connection over TLS, which may show a key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate:
        context.load_cert_chain(certificate)
    with closing(Irc(context.wrap_socket(server.socket()))) as guest:
        guest.write(f"NICK {name}", f"REGISTER * * {password}")
        guest.until(" REGISTER SUCCESS ")
        guest.write("QUIT")


def irssi_logs_in():
    """By a password and by its key (irssi 1.4 knows no SCRAM): it keeps its name. With a wrong password it does not come in."""
    with tempfile.TemporaryDirectory() as data, Server(PROGRAM, "--data-dir", data) as server, closing(server.irc("other")) as other:
        pem = os.path.join(data, "irssi.pem")
        subprocess.run(f"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=irssi -keyout {pem} -out {pem}.crt 2>&1 && "
                       f"cat {pem}.crt >>{pem}", shell=True, check=True, timeout=20, stdout=subprocess.DEVNULL)
        make_account(server, "irssi", "correcthorse", pem)
        for mechanism, password in (("PLAIN", "correcthorse"), ("EXTERNAL", "none"), ("PLAIN", "wronghorse")):
            key = f"-tls_cert {pem} " if mechanism == "EXTERNAL" else ""
            with tempfile.TemporaryDirectory() as home:
                guest = Terminal("irssi", "--home", home, "-n", "irssi", HOME=home)
                guest.wait("[(status)]")
                guest.keys(f"/network add -sasl_mechanism {mechanism} -sasl_username irssi -sasl_password {password} here")
                guest.keys(f"/server add -network here -tls -notls_verify {key}127.0.0.1 {server.port}")
                guest.keys("/connect here")
                if password != "wronghorse":
                    other.until(" JOIN #lobby")
                    other.write("WHOIS irssi")
                    other.until(" 330 other irssi irssi ")
                else:
                    guest.wait("SASL authentication failed")  # and it leaves
                guest.keys("/quit")
                guest.end()


def weechat_logs_in():
    program = shutil.which("weechat-headless")
    with tempfile.TemporaryDirectory() as data, Server(PROGRAM, "--data-dir", data) as server, closing(server.irc("other")) as other:
        make_account(server, "weechat", "correcthorse")
        certificate, _ = fingerprints(server)
        for mechanism in ("plain", "scram-sha-256"):
            with tempfile.TemporaryDirectory() as home:
                commands = (f"/server add here 127.0.0.1/{server.port} -ssl -nicks=weechat -ssl_fingerprint={certificate} -sasl_mechanism={mechanism} "
                            "-sasl_username=weechat -sasl_password=correcthorse; /connect here; /wait 4 /quit bye")
                guest = subprocess.Popen([program, "--dir", home, "-r", commands], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                         stderr=subprocess.DEVNULL, env={**os.environ, "HOME": home, "LC_ALL": "C.UTF-8"})
                try:
                    other.until(" JOIN #lobby")
                    other.write("WHOIS weechat")
                    other.until(" 330 other weechat weechat ")
                    guest.wait(20)
                finally:
                    if guest.poll() is None:
                        guest.kill()
                        guest.wait()


def hexchat():
    """In a window. It knows neither echo nor history of itself; asked for by hand, what was said before it came stands in its place in time."""
    with Server(PROGRAM, config="[operator]\nname=chief\npassword=secret\n") as server, closing(server.irc("host", "message-tags server-time")) as host:
        host.write("PRIVMSG #lobby :早")
        host.fence()
        time.sleep(2)  # a log tells seconds
        with closing(HexChat("hexchat", server.port, hello="say 你好 from hexchat", about="topic 话题", named="nick 张三", leave="quit 再见")) as guest:
            host.until(":hexchat!")
            host.write("PRIVMSG #lobby :欢迎 😀")
            guest.wait("欢迎 😀")
            guest.focus("#lobby")
            guest.keys("/hello")
            assert host.until("PRIVMSG").endswith("#lobby :你好 from hexchat")
            guest.keys("/me waves")
            assert host.until("PRIVMSG").endswith("\x01ACTION waves\x01")
            guest.keys("/quote CAP REQ :draft/chathistory")
            guest.keys("/quote CHATHISTORY LATEST #lobby * 10")
            assert guest.wait("<host>\t早")[:15] < guest.wait("<host>\t欢迎")[:15]
            # another host is no going and coming back to it
            host.write("OPER chief secret", "CHGHOST host user/host", "PRIVMSG #lobby :hidden")
            guest.wait("hidden")
            assert "quit" not in guest.read().lower()
            # a room that is called something else is one that it leaves and joins
            guest.keys("/join #r")
            guest.focus("#r")
            guest.keys("/quote RENAME #r #s")
            guest.wait("Now talking on #s")
            host.write("JOIN #r")
            assert "#r #s" in host.until(" 470 ")
            guest.focus("#s")
            guest.keys("/about")
            line = host.until(" TOPIC #s")
            assert line.endswith("#s 话题"), line
            guest.keys("/kick host genug")
            assert host.until("KICK").endswith("#s host genug")
            guest.keys("/named")
            host.until("NICK 张三")
            guest.keys("/leave")
            line = host.until(" QUIT ")
            assert "再见" in line, line


def netcat():
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        guest = subprocess.Popen(["nc", "127.0.0.1", str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                 encoding="utf-8")
        guest.stdin.write("你好\n")
        guest.stdin.flush()
        assert host.until("PRIVMSG").endswith("#lobby 你好")
        host.write("PRIVMSG #lobby :hello, nc")
        assert guest.stdout.readline() == "host: hello, nc\n"
        guest.stdin.write("q\n")
        guest.stdin.flush()
        host.until("QUIT")
        guest.stdin.close()  # the server has closed, but nc waits for the end of its input
        assert guest.wait(10) == 0
        guest.stdout.close()


def netcat_sends_a_file():
    """nc that shuts its side down at the end of its input still hears the room."""
    with Server(PROGRAM) as server, closing(server.irc("host")) as host:
        guest = subprocess.Popen(["nc", "-N", "127.0.0.1", str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        guest.stdin.write("一\n二\n三".encode())
        guest.stdin.close()
        for text in "一二三":
            assert host.until("PRIVMSG").endswith(text)
        host.write("PRIVMSG #lobby :got it")
        assert guest.stdout.readline() == b"host: got it\n"
        guest.kill()
        guest.wait()
        guest.stdout.close()


tests = [(irssi_logs_in, "irssi"), (weechat_logs_in, "weechat-headless"), (irssi, "irssi"), (irssi_rules, "irssi"), (weechat_rules, "weechat-headless"),
         (irssi_pinned, "irssi"), (weechat, "weechat-headless"), (weechat_types, "weechat"), (weechat_pinned, "weechat-headless"), (hexchat, HexChat.needs),
         (netcat, "nc"), (netcat_sends_a_file, "nc")]


def with_programs(test, *programs):
    def case():
        for program in programs:
            if not shutil.which(program):
                raise Skip(f"{program} is not installed")
        test()
    case.__name__ = test.__name__
    return case


run([with_programs(test, *([needs] if isinstance(needs, str) else needs)) for test, needs in tests])
