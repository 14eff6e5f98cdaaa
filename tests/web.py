#!/usr/bin/python3
"""Talks HTTP to tests/drive/web.c byte by byte: web.py PORT CASE [ARGUMENT...]. Each case is a
function below; it ends with status 1 and a line when an expectation does not hold."""
import hashlib
import json
import os
import re
import resource
import select
import socket
import ssl
import struct
import sys
import time
import warnings

from web_refused import CHUNKED, H, POST, REFUSED

PORT = 0
HOST = "127.0.0.1"


class Bad(Exception):
    pass


def check(right, *what):
    if not right:
        raise Bad(" ".join(str(w) for w in what))


def connect(wait=20):
    s = socket.create_connection((HOST, PORT), wait)
    s.settimeout(wait)
    return tls(s) if os.environ.get("WEB_TLS") else s


def to_end(s):
    """All bytes until the server closes; b'<open>' at the end when it does not."""
    got = bytearray()
    try:
        while piece := s.recv(65536):
            got += piece
    except ConnectionResetError:
        pass
    except TimeoutError:
        got += b"<open>"
    return bytes(got)


def one(s, rest=b""):
    """One response with its Content-Length: status, headers, body, what came behind it."""
    got = rest
    while b"\r\n\r\n" not in got:
        piece = s.recv(65536)
        check(piece, "closed within a head:", got)
        got += piece
    head, got = got.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines[1:])}
    size = int(headers.get("content-length", 0))
    while len(got) < size:
        piece = s.recv(65536)
        check(piece, "closed within a body")
        got += piece
    return int(lines[0].split(" ")[1]), headers, got[:size], got[size:]


def ask(method, path, headers=(), body=b"", wait=20):
    s = connect(wait)
    head = [f"{method} {path} HTTP/1.1", "Host: a", "Connection: close", *headers]
    if body:
        head.append(f"Content-Length: {len(body)}")
    try:
        s.sendall("\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body)
    except (BrokenPipeError, ConnectionResetError):
        pass  # answered before it was all sent
    got = to_end(s)
    s.close()
    head, body = got.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    return int(lines[0].split(" ")[1]), \
        {n.lower(): v.strip() for n, v in (line.split(":", 1) for line in lines[1:])}, body


def alive():
    status, _, _ = ask("GET", "/alive", wait=60)
    check(status == 200, "the server does not answer:", status)


def refused(name, request):
    """What the server says to it until it closes: one answer, and nothing about the second."""
    s = connect()
    s.sendall(request + b"GET /second HTTP/1.1\r\nHost: a\r\n\r\n")
    got = to_end(s)
    s.close()
    check(not got.endswith(b"<open>"), name, "leaves the connection open:", got)
    heads = [line for line in got.split(b"\r\n") if line.startswith(b"HTTP/1.")]
    check(len(heads) == 1 and heads[0][9:10] in b"45", name, "is not refused once:", got)
    return got.split(b"\r\n\r\n", 1)[1]


def case_refused():
    """By the front, also what the library refuses itself; while others have open connections it may
    do that for a head, and none of them is cut."""
    for name, request in REFUSED.items():
        body = refused(name, request)
        check(body.startswith(b'{"error":'), name, "is answered by the library:", body)
    others = [connect() for _ in range(8)]
    for s in others:
        s.sendall(b"GET / HTTP/1.1\r\n" + H + b"\r\n")
        check(one(s)[0] == 200)
    for name, request in REFUSED.items():
        body = refused(name, request)
        check(body.startswith(b'{"error":') or not ("length" in name or "chunk" in name),
              name, "is answered by the library:", body)
    for s in others:
        s.sendall(b"GET / HTTP/1.1\r\n" + H + b"\r\n")
        check(one(s)[0] == 200, "another connection was cut")
        s.close()
    alive()
    print(len(REFUSED), "refused")


def served(request):
    s = connect()
    s.sendall(request)
    got = one(s)
    s.close()
    check(got[0] == 200, request, "gives", got)
    return json.loads(got[2])


def case_served():
    """What differs from the refused ones by little is served."""
    check(served(POST + b"Content-Length: 3\r\n\r\nabc")["body"] == "abc")
    check(served(b"POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc")["body"] == "abc")
    chunks = b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: t\r\n\r\n"
    check(served(CHUNKED + chunks)["body"] == "abcde")
    check(served(POST + b"\r\n")["length"] == 0)
    check(served(b"GET / HTTP/1.1\r\nHOST:[::1]:80\r\nX-Mark:\t m \t\r\nY:\r\n\r\n")["mark"] == "m")
    check(served(b"GET http://a/x?y HTTP/1.1\r\n" + H + b"\r\n")["path"] == "/x")
    check(served(b"GET / HTTP/1.0\r\n\r\n")["path"] == "/")
    check(served(b"OPTIONS * HTTP/1.1\r\n" + H + b"\r\n")["path"] == "*")
    check(served(b"\r\nGET / HTTP/1.1\r\n" + H + b"\r\n")["path"] == "/")
    check(served(b"GET / HTTP/1.1\r\n" + H + b"A: b\r\n" * 99 + b"\r\n")["path"] == "/")
    check(served(b"GET / HTTP/1.1\r\n" + H + b"A: " + b"b" * 15900 + b"\r\n\r\n")["path"] == "/")


def case_piecemeal():
    """Requests that come one byte at a time are understood as whole ones are."""
    for request, body in (
            (POST + b"Content-Length: 3\r\nX-Mark: m\r\n\r\nabc", "abc"),
            (CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", "abcde")):
        s = connect()
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(len(request)):
            s.sendall(request[i:i + 1])
            if i % 4 == 0:
                time.sleep(0.001)
        got = one(s)
        check(got[0] == 200 and json.loads(got[2])["body"] == body, got)
        s.close()


PATHS_REFUSED = ["/a%2fb", "/a%2Fb", "/a%5cb", "/a\\b", "/%00", "/a%00b", "/..", "/../", "/a/../b",
                 "/a/..", "/.", "/./a", "/a/.", "/%2e%2e/a", "/%2e%2E", "/.%2e/", "/a/%2e", "/%zz",
                 "/%", "/%4", "/a%0ab", "/a%7f", "/%ff", "/%c3", "/%c0%ae%c0%ae/", "/%ed%a0%80",
                 "/a#b", "/\xe4", "a", "ftp://a/", "http://", "/?a=%00", "/?a=%zz", "/?a=%ff",
                 "/?%00=b", "**", "/?" + "a=b&" * 65]
PATHS_SERVED = {"/": "/", "/a%20b": "/a b", "/%C3%A4": "/\u00e4", "/a..b": "/a..b", "/...": "/...",
                "/.a": "/.a", "/a+b": "/a+b", "/%252e%252e/": "/%2e%2e/", "/%252f": "/%2f",
                "//a": "//a", "/a%3Fb": "/a?b", "/a;b=c": "/a;b=c", "/{a}|b": "/{a}|b"}


def case_paths():
    for path in PATHS_REFUSED:
        status, _, _ = ask("GET", path)
        check(status == 400, path, "gives", status)
    for path, want in PATHS_SERVED.items():
        status, _, body = ask("GET", path)
        check(status == 200 and json.loads(body)["path"] == want, path, "gives", status, body)
    got = json.loads(ask("GET", "/q?a=1&b=&c&&a=%26%3D+%2B&%c3%a4=/../")[2])
    want = [["a", "1"], ["b", ""], ["c", ""], ["a", "&= +"], ["\u00e4", "/../"]]
    check(got["query"] == want, got)


def drip(request, most, pause=0.02):
    """Sends the rest of a request byte by byte for ever; returns what was answered."""
    s = connect()
    s.sendall(request)
    for _ in range(most):
        if select.select([s], [], [], pause)[0]:
            break
        try:
            s.sendall(b"a")
        except OSError:
            break
    else:
        raise Bad("not cut off: " + repr(request))
    s.settimeout(20)
    got = to_end(s)
    s.close()
    return got


def case_slow(most=1500):
    for request in (b"GET /aaa", b"GET / HTTP/1.1\r\n" + H + b"X: a",
                    POST + b"Content-Length: 90000\r\n\r\n", CHUNKED + b"ffff\r\n",
                    b"GET / HTTP/1.1\r\n" + H + b"\r\nGET /aaa"):
        got = drip(request, int(most))
        first = got.split(b"\r\n")[0]
        if b"\r\nGET" in request:
            # Behind an answer the connection ends without a word.
            check(first == b"HTTP/1.1 200 OK" and got.count(b"HTTP/1.") == 1, request, got)
        else:
            check(first.startswith(b"HTTP/1.1 408 ") and b"in time" in got, request, "gives", got)
    alive()


def case_pipeline():
    s = connect()
    lines = b"GET /a", b"POST /later", b"HEAD /b", b"POST /resumed", b"GET /later", b"GET /resumed"
    s.sendall(b"".join(b"%s HTTP/1.1\r\n%sContent-Length: 2\r\n\r\n%02d" % (line, H, i)
                       for i, line in enumerate(lines)))
    rest = b""
    for i in range(len(lines)):
        if i == 2:
            while b"\r\n\r\n" not in rest:
                rest += s.recv(65536)
            head, rest = rest.split(b"\r\n\r\n", 1)
            check(b"200 OK" in head and b"Content-Length" in head, head)
            continue
        status, _, body, rest = one(s, rest)
        check(status == 200 and json.loads(body)["body"] == "%02d" % i, i, status, body)
    check(rest == b"", rest)
    s.close()


ASKED = ["body=aa&X-A=1", "body=bb&X-A=1", "body=bb&X-A=2", "body=cc&X-A=2", "body=ccc&X-A=2",
    "body=ddd&X-A=2&X-B=1", "body=eee&X-A=2&X-B=2", "body=fff&X-A=3&X-B=2", "body=ggg&X-B=2",
    "body=hhh&X-B=2&X-A=3", "body=iii", "body=jjj&type=text/html", "body=kkk&type=text/html",
    "body=lll&status=404&X-A=1", "body=mmm&X-A=1", "body=nnn&X-A=1&X-A=2", "body=ooo&X-A=1&X-A=3",
    "body=&X-A=1", "body=ppp&X-A=1&X-A=3", "body=" + 5000 * "q", "body=" + 5000 * "r", "body=sss",
    "body=ttt&X-A=%0d", "body=uuu&X-A=4", "body=vvv&X-A=%0d", "body=www&X-A=4"]


def case_asked():
    """Answers of one connection: each has the status, headers and body that it was asked for."""
    request = "GET /asked?{} HTTP/1.1\r\nHost: a\r\n\r\n"
    for at_once in (False, True):
        s = connect()
        if at_once:
            s.sendall("".join(map(request.format, ASKED)).encode())
        rest = b""
        for query in ASKED:
            if not at_once:
                s.sendall(request.format(query).encode())
            status, headers, body, rest = one(s, rest)
            want = [p.split("=") for p in query.split("&")]
            if ["X-A", "%0d"] in want:
                check(status == 500, query, "gave", status)
                continue
            got = [[n, v] for n, v in headers.items() if n.startswith("x-")]
            check(got == list(map(list, dict((n.lower(), v) for n, v in want
                if n.startswith("X-")).items())), query, "gave", headers)
            check(headers.get("content-type") == dict(want).get("type", "text/plain"),
                query, "gave", headers)
            check(body.decode() == dict(want)["body"], query, "gave", body)
            check(status == int(dict(want).get("status", 200)), query, "gave", status)
            check(re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} (\d\d:){2}\d\d GMT",
                headers.get("date", "")), query, "gave", headers)
        s.close()


def case_continue():
    s = connect()
    s.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
    check(s.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n")
    s.sendall(b"abc")
    check(json.loads(one(s)[2])["body"] == "abc")
    s.close()
    s = connect()
    s.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 3000000\r\n\r\n")
    check(one(s)[0] == 413)
    s.close()


def case_large():
    big = b"x" * (1 << 20)
    check(json.loads(ask("POST", "/", body=big)[2])["length"] == 1 << 20)
    status, _, body = ask("POST", "/p", ["X-Mark: m"], body=big + b"x")
    check(status == 413 and b"too large" in body, status, body)
    check(json.loads(body)["mark"] == "m" and json.loads(body)["path"] == "/p", body)
    status, _, body = ask("GET", "/", ["X-Mark: m", "Host: b"])
    check(status == 400 and json.loads(body)["mark"] is None, status, body)
    check(json.loads(ask("POST", "/batch", body=big * 3)[2])["length"] == 3 << 20)
    s = connect()
    s.sendall(CHUNKED + (b"40000\r\n" + big[:0x40000] + b"\r\n") * 5 + b"0\r\n\r\n")
    check(one(s)[0] == 413)
    s.close()
    status, _, body = ask("GET", "/", ["X: " + "a" * 17000])
    check(status == 431 and b"too large" in body, status)
    if not os.environ.get("WEB_TLS"):  # there a client that still sends sees the end alone
        check(ask("GET", "/", ["X: " + "a" * 70000])[0] == 431)
        check(ask("GET", "/" + "a" * 70000)[0] == 414)
    alive()


def case_head():
    s = connect()
    s.sendall(b"HEAD /small HTTP/1.1\r\n" + H + b"Connection: close\r\n\r\n")
    got = to_end(s)
    check(b"Content-Length: 194\r\n" in got and got.endswith(b"\r\n\r\n"), got)


def case_range(path):
    with open(path, "rb") as f:
        data = f.read()
    size = len(data)
    parts = {"bytes=0-0": (0, 1), "bytes=10-19": (10, 20), f"bytes={size - 1}-": (size - 1, size),
             "bytes=-7": (size - 7, size), f"bytes=-{size * 2}": (0, size),
             "bytes=5-99999999": (5, size)}
    for text, (first, end) in parts.items():
        status, h, body = ask("GET", "/file", ["Range: " + text])
        check(status == 206 and body == data[first:end], text, status, len(body))
        check(h["content-range"] == f"bytes {first}-{end - 1}/{size}", text, h)
    for text in (f"bytes={size}-", "bytes=99999999-", "bytes=-0"):
        status, h, _ = ask("GET", "/file", ["Range: " + text])
        check(status == 416 and h["content-range"] == f"bytes */{size}", text, status, h)
    for text in ("bytes=", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=1-2x",
                 "bytes=--1", "bytes= 1-2"):
        status, h, body = ask("GET", "/file", ["Range: " + text])
        check(status == 200 and body == data, text, status)
        check(h["etag"] == '"e1"' and h["accept-ranges"] == "bytes", h)
        check(h["content-type"] == "video/mp4", h)
    for value, want in (('"e1"', 206), ('"e2"', 200), ('W/"e1"', 200),
                        ("Fri, 20 Nov 2026 00:00:00 GMT", 200)):
        check(ask("GET", "/file", ["Range: bytes=0-1", "If-Range: " + value])[0] == want, value)
    status, h, body = ask("HEAD", "/file", ["Range: bytes=0-1"])
    check(status == 200 and int(h["content-length"]) == size and body == b"", status, h)


def case_stalled(path):
    """A client that stops reading a file is dropped; one that is only slow is not."""
    size = os.stat(path).st_size
    for pause in (0, 2, 4, 8, 16, 32):
        s = connect()
        s.sendall(b"GET /file HTTP/1.1\r\n" + H + b"Connection: close\r\n\r\n")
        s.recv(10)
        time.sleep(pause)
        got = len(to_end(s))
        s.close()
        if pause and got < size:
            return
        check(got >= size, "cut without a pause")
    raise Bad("a stalled client is kept for ever")


def case_etag():
    for path, tag in (("/file", "e1"), ("/tagged", "t1")):
        for value, want in ((f'"{tag}"', 304), (f'W/"{tag}"', 304), (f'"x", "{tag}"', 304),
                            ("*", 304), ('"x"', 200), (tag, 200), (f'"x{tag}"', 200), ('"', 200)):
            status, h, body = ask("GET", path, ["If-None-Match: " + value])
            check(status == want and h["etag"] == f'"{tag}"', path, value, status)
            check(status == 200 or body == b"", body)
        check(ask("POST", path, [f'If-None-Match: "{tag}"'])[0] == 200)


def case_stream():
    _, h, body = ask("GET", "/stream")
    check(h["transfer-encoding"] == "chunked" and h["content-type"] == "application/x-ndjson", h)
    lines, at = b"", 0
    while True:
        end = body.index(b"\r\n", at)
        size = int(body[at:end], 16)
        lines += body[end + 2:end + 2 + size]
        at = end + 4 + size
        if not size:
            break
    check([json.loads(line)["line"] for line in lines.splitlines()] == list(range(20)), lines)
    for _ in range(20):  # clients that leave
        s = connect()
        s.sendall(b"GET /stream HTTP/1.1\r\n" + H + b"\r\n")
        s.recv(10)
        s.close()
    alive()


def case_flood(log):
    """A client that does not read is dropped while it is still there."""
    s = connect()
    s.sendall(b"GET /flood HTTP/1.1\r\n" + H + b"\r\n")
    for _ in range(200):
        with open(log, encoding="utf-8") as f:
            if "flood: ended" in f.read():
                break
        time.sleep(0.05)
    else:
        raise Bad("the flood goes on")
    s.close()
    alive()


def case_abort(count):
    for i in range(int(count)):
        s = connect()
        path = b"/later" if i // 2 % 2 else b"/resumed"
        request = b"POST " + path + b" HTTP/1.1\r\n" + H + b"Content-Length: 3\r\n\r\nabc"
        s.sendall(request if i % 3 else request[:-2])
        if i % 2:  # a reset in place of an orderly end
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    for _ in range(600):
        state = json.loads(ask("GET", "/state")[2])
        if not state["open"]:
            return
        time.sleep(0.05)
    raise Bad(f"{state['open']} exchanges are still open")


def case_crowd(count):
    """COUNT connections that say nothing useful, and one that does."""
    count = int(count)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 100, hard), hard))
    crowd = []
    for i in range(count):
        s = socket.socket()
        s.setblocking(False)
        crowd.append(s)
        s.connect_ex((HOST, PORT))
        if i % 200 == 0:
            for other in crowd[-200:]:
                try:
                    other.send(b"GET / HT")
                except OSError:
                    pass
    alive()
    print(len(crowd), "connections")
    for s in crowd:
        s.close()
    alive()


def case_address(host, count):
    """Of COUNT connections from one address, how many are kept."""
    global HOST
    HOST = host
    crowd = [connect() for _ in range(int(count))]
    kept = 0
    for s in crowd:
        try:
            s.sendall(b"GET / HTTP/1.1\r\n" + H + b"\r\n")
            kept += one(s)[0] == 200
        except (OSError, Bad):
            pass
    print(kept, "kept")


def tls(s, version=None):
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if version:
        warnings.simplefilter("ignore")  # the old versions are meant to be refused
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("DEFAULT@SECLEVEL=0")
    return context.wrap_socket(s, server_hostname="localhost")


def case_tls(path):
    with open(path, "rb") as f:
        data = f.read()
    s = tls(connect())
    check(s.version() in ("TLSv1.2", "TLSv1.3"), s.version())
    s.sendall(b"GET /later HTTP/1.1\r\n" + H + b"\r\n")
    check(json.loads(one(s)[2])["tls"] is True)
    s.sendall(b"GET /file HTTP/1.1\r\n" + H + b"Range: bytes=3-\r\n\r\n")
    check(one(s)[2] == data[3:])
    s.close()
    check(tls(connect(), ssl.TLSVersion.TLSv1_2).version() == "TLSv1.2")
    for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
        try:
            tls(connect(), version)
        except (ssl.SSLError, OSError):
            continue
        raise Bad(f"{version} is spoken")


def case_certificate():
    print(hashlib.sha256(ssl.get_server_certificate((HOST, PORT)).encode()).hexdigest())


def case_ask(method, path):
    status, _, body = ask(method, path)
    print(status, body.decode("utf-8", "replace"))


def main():
    global PORT
    PORT = int(sys.argv[1])
    try:
        globals()["case_" + sys.argv[2]](*sys.argv[3:])
    except Bad as e:
        print("web.py:", sys.argv[2] + ":", e)
        return 1
    return 0


sys.exit(main())
