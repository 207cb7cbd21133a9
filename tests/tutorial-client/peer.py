#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The other end of a tutorial: one scripted TCP server a run. Says its port first, then what it sees, one line each."""
import random
import socket
import struct
import sys
import threading
import time


def say(*words):
    print(*words, flush=True)


def listen(family=socket.AF_INET, address=("127.0.0.1", 0)):
    server = socket.socket(family, socket.SOCK_STREAM)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind(address)
    server.listen(5)
    server.settimeout(20)
    say("port", server.getsockname()[1] if family != socket.AF_UNIX else 0)
    connection, _ = server.accept()
    connection.settimeout(20)
    return server, connection


def strict(connection, answers):
    """The classic one: recv, print, input, send, until q. It decodes strictly, and takes what one recv brings for one message."""
    while True:
        message = connection.recv(1024).decode("utf-8")
        say("recv", repr(message))
        if message == "q" or message == "":
            break
        answer = next(answers)
        time.sleep(0.05)
        connection.send(answer.encode("utf-8"))
        if answer == "q":
            break
    connection.close()


def take_turns():
    server, connection = listen()
    strict(connection, iter(["你好，客户端", "第二句", "👋", "four", "five", "six"]))


def take_turns_six():
    server, connection = listen(socket.AF_INET6, ("::1", 0))
    strict(connection, iter(["six"] * 9))


def says_q():
    server, connection = listen()
    strict(connection, iter(["hello", "q"]))


def slow_input():
    """Nobody sits at its keyboard for a while: a q right behind a text would run together with it."""
    server, connection = listen()
    message = connection.recv(1024).decode("utf-8")
    say("recv", repr(message))
    time.sleep(1.5)
    connection.send("at last".encode())
    strict(connection, iter([]))


def never_closes():
    server, connection = listen()
    while True:
        data = connection.recv(1024)
        say("recv", repr(data.decode()))
        if data in (b"q", b""):
            break
        connection.send(b"ok")
    try:
        time.sleep(15)
    except KeyboardInterrupt:
        pass


def echo():
    server, connection = listen()
    while True:
        data = connection.recv(1024)
        say("recv", repr(data.decode()))
        if data in (b"q", b""):
            break
        connection.send(data)
    connection.close()


def silent():
    server, connection = listen()
    while True:
        data = connection.recv(1024)
        say("recv", repr(data.decode()))
        if data in (b"q", b""):
            break
    connection.close()


def framed():
    """Speaks lines: from its first LF on it is sent lines."""
    server, connection = listen()
    connection.send("welcome\n".encode())
    stream = connection.makefile("rb")
    while True:
        line = stream.readline()
        say("line", repr(line.decode()))
        if line in (b"", b"q"):
            break
        connection.send(b"heard\n")
    connection.close()


def once():
    server, connection = listen()
    connection.send("只说一句".encode())
    connection.close()


def split_character():
    server, connection = listen()
    data = "好".encode()
    connection.send(data[:1])
    time.sleep(0.4)
    connection.send(data[1:] + "的".encode())
    say("recv", repr(connection.recv(1024).decode()))
    connection.recv(1024)
    connection.close()


def early():
    server, connection = listen()
    connection.recv(1024)
    connection.close()


def reset():
    server, connection = listen()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reset_later():
    server, connection = listen()
    say("recv", repr(connection.recv(1024).decode()))
    connection.send(b"soon gone")
    time.sleep(0.6)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def banned():
    server, connection = listen()
    connection.recv(1024)
    connection.send(b"ERROR :Closing link: you are banned\r\n")
    connection.close()


def irc(delay):
    server, connection = listen()
    stream = connection.makefile("rb")
    line = stream.readline().decode()
    say("recv", repr(line))
    time.sleep(delay)
    connection.send(b":late.test CAP * LS :echo-message\r\n")
    for line in stream:
        line = line.decode()
        say("recv", repr(line))
        if line.startswith("CAP REQ"):
            connection.send(b":late.test CAP * ACK :echo-message\r\n")
        elif line.startswith("CAP END"):
            connection.send(b":late.test 001 Ana :Hello\r\n:Ana!u@h JOIN #late\r\n:late.test 353 Ana = #late :Ana\r\n:late.test 366 Ana #late :End\r\n")
        elif line.startswith("QUIT"):
            connection.send(b"ERROR :bye\r\n")
            break
    connection.close()


def late_irc():
    irc(4)


def flood():
    """Says more than anybody can read, as fast as it is taken."""
    server, connection = listen()
    data = "".join(f"{i:08} and more and more and more and more and more and more and more\n" for i in range(1000)).encode()
    end = time.monotonic() + 8
    try:
        while time.monotonic() < end:
            connection.sendall(data)
    except OSError:
        pass
    connection.close()


# ---- Rubbish: after each flood it behaves, and says so ----

def narrow_listen():
    """As listen (), with room for little that is not read."""
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server.bind(("127.0.0.1", 0))
    server.listen(5)
    server.settimeout(20)
    say("port", server.getsockname()[1])
    connection, _ = server.accept()
    connection.settimeout(20)
    return server, connection


def irc_welcome(connection):
    connection.sendall(b":s 001 Ana :Hello\r\n:Ana!u@h JOIN #a\r\n:s 353 Ana = #a :Ana bo\r\n:s 366 Ana #a :End\r\n")


def rubbish(make, before=False):
    """Sends 12 MB of what make () gives, then a text that must still arrive. before: ahead of the welcome."""
    server, connection = listen()
    connection.settimeout(90)
    drain = threading.Thread(target=swallow, args=[connection], daemon=True)
    drain.start()
    if not before:
        irc_welcome(connection)
    sent, number = 0, 0
    while sent < 12_000_000:
        data = b"".join(make(number + k) for k in range(100))
        number += 100
        connection.sendall(data)
        sent += len(data)
    if before:
        irc_welcome(connection)
    connection.sendall(b"\r\n:bo!u@h PRIVMSG #a :still here\r\n")
    drain.join(90)  # until we have left
    connection.close()


def swallow(connection):
    while connection.recv(65536):
        pass


LONG = b"x" * 300


def rubbish_bytes():
    chance = random.Random(7)
    rubbish(lambda n: chance.randbytes(400))


def rubbish_line():
    rubbish(lambda n: b":s PRIVMSG #a :" + LONG if n == 0 else LONG)


def rubbish_numerics():
    rubbish(lambda n: b":s %03d\r\n:s %03d Ana\r\n%03d Ana #a\r\n:s %03d\r\n" % ((n % 1000,) * 4) if n < 8000 else b":s 372\r\n" + b"\r\n" * 300)


def rubbish_rooms():
    rubbish(lambda n: (b":s 353 Ana = #other%d :a%d b%d\r\n:s 366 Ana #other%d :End\r\n:a%d!u@h JOIN #other%d\r\n:s MODE #other%d +oooooooooooo a\r\n"
                       b":bo!u@h MODE #a +" + b"o" * 400 + b"\r\n") % ((n,) * 7))


def rubbish_caps():
    rubbish(lambda n: b":s CAP * LS * :cap%d%s\r\n" % (n, LONG), before=True)


def rubbish_notices():
    rubbish(lambda n: b":s NOTICE * :%d %s\r\n" % (n, LONG), before=True)


def rubbish_batches():
    rubbish(lambda n: b"@label=%d :s BATCH +%d%s labeled-response\r\n" % (n, n, LONG))


def rubbish_motd():
    rubbish(lambda n: b":s 372 Ana :- %d %s\r\n" % (n, LONG))


def rubbish_typing():
    rubbish(lambda n: b"@+typing=active :n%d!u@h TAGMSG #a\r\n@+typing=active :bo!u@h TAGMSG #a\r\n@+typing=done :bo!u@h TAGMSG #a%s\r\n" % (n, LONG))


def pings():
    """Asks and asks, and reads no answer."""
    server, connection = narrow_listen()
    irc_welcome(connection)
    ask = b"".join(b"PING :%d%s\r\n" % (n, LONG) for n in range(100))
    try:
        while True:
            connection.sendall(ask)
    except OSError:
        pass


def never_reads():
    """Speaks lines, so that texts to it need no space between them; reads nothing."""
    server, connection = narrow_listen()
    connection.sendall(b"hello\n")
    time.sleep(40)


def vanishes():
    """Says a word; then its network goes, before it can say another."""
    server, connection = listen()
    connection.sendall(b"hello\n")
    time.sleep(40)


def vanishes_irc():
    server, connection = listen()
    irc_welcome(connection)
    time.sleep(40)


def irc_room():
    """Tells which room is asked for, and lets in."""
    server, connection = listen()
    connection.sendall(b":s 001 Ana :Hello\r\n")
    heard = b""
    while b"JOIN" not in heard:
        heard += connection.recv(1024)
    room = heard.split(b"JOIN ")[1].split()[0].decode().lstrip(":")
    connection.sendall(f":Ana!u@h JOIN {room}\r\n:s 353 Ana = {room} :Ana bo\r\n:s 366 Ana {room} :End\r\n".encode())
    time.sleep(1)


VIEW = "handshakechat.github.io/tcp-view"
LIES = [b"", b" FACT", b" FACT :", b" FACT :state time=1 known=observed state=<b>", b" FACT :state time=99999999999999999999 known=observed state=CLOSED",
        b" FACT :segment time=1 known=observed way=in flags=SYN seq=4294967296", b" TIME 1 2 3", b" TIME :", b" TIME", b" CLOCK", b" CLOCK :x", b" NOTHING", b" END",
        b" FACT :" + b"state time=1 known=observed state=CLOSED " * 9]


def view():
    """Speaks TCPVIEW, and lies: unasked, then in thousands, when it is asked. Tells what is said to it in that."""
    server, connection = listen()
    fact = b":s TCPVIEW FACT :state time=%d known=observed state=LAST-ACK\r\n"
    for line in connection.makefile("rb"):
        line = line.decode().rstrip()
        if line.startswith("CAP LS"):
            connection.sendall(f":s CAP * LS :{VIEW}\r\n".encode())
        elif line.startswith("CAP REQ"):
            connection.sendall(f":s CAP * ACK :{VIEW}\r\n".encode())
        elif line.startswith("CAP END"):
            connection.sendall(fact % 1)
            irc_welcome(connection)
            connection.sendall(fact % 2 + b":bo!u@h PRIVMSG #a :unasked\r\n")
        elif line == "TCPVIEW ASK":
            say("asked")
            connection.sendall(b"".join(b":s TCPVIEW%b\r\n" % lie for lie in LIES))
            connection.sendall(b"".join(fact % (100 + n) for n in range(5000)) + b":s TCPVIEW ASK\r\n:bo!u@h PRIVMSG #a :told\r\n")
        elif line.startswith("TCPVIEW FACT") and "ESTABLISHED" in line:
            say("heard ESTABLISHED")
        elif line.startswith("QUIT"):
            break
    connection.close()


def unix(path):
    server, connection = listen(socket.AF_UNIX, path)
    strict(connection, iter(["over a path"] * 9))


# ---- Datagrams ----

def udp_socket():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    server.settimeout(20)
    say("port", server.getsockname()[1])
    return server


def udp_greet():
    """The classic one: bind, recvfrom, sendto; no listen, no accept, and it greets whoever writes."""
    server = udp_socket()
    while True:
        data, address = server.recvfrom(65535)
        say("recv", repr(data.decode("utf-8")))
        server.sendto(b"Hello, %s!" % data, address)


def udp_silent():
    server = udp_socket()
    while True:
        data, _ = server.recvfrom(65535)
        say("recv", repr(data.decode("utf-8")))


def udp_garbage():
    """Whatever a datagram can hold, then a text that must still arrive."""
    server = udp_socket()
    _, address = server.recvfrom(65535)
    chance = random.Random(7)
    for data in (b"\xff\xfe\x00", b"", b"\n", b"\xef\xbb\xbfBOM", b"NICK x\r\n", b"\x16\x03\x01", "半个好".encode()[:-1], b"\x00" * 300):
        server.sendto(data, address)
    for _ in range(300):
        server.sendto(chance.randbytes(chance.randrange(1400)), address)
        time.sleep(0.001)
    server.sendto("two\nlines\n".encode(), address)
    server.sendto("still here".encode(), address)
    server.recvfrom(65535)


def udp_largest():
    server = udp_socket()
    data, address = server.recvfrom(65535)
    say("recv", len(data), hash(data) == hash(b"m" * len(data)))
    server.sendto(b"M" * 65507, address)
    server.recvfrom(65535)


def udp_goes():
    """It ends after one word: the next datagram finds no socket."""
    server = udp_socket()
    data, address = server.recvfrom(65535)
    server.sendto(b"going", address)
    server.close()
    say("gone")
    time.sleep(20)


def no_backlog():
    """A listener whose accept queue is full: a SYN to it gets no answer."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)
    port = server.getsockname()[1]
    fillers = []
    for _ in range(4):
        filler = socket.socket()
        filler.setblocking(False)
        filler.connect_ex(("127.0.0.1", port))
        fillers.append(filler)
    time.sleep(0.2)
    say("port", port)
    time.sleep(25)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
    say("bye")
