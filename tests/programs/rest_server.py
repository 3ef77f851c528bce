"""A REST server of library.v1.Behaviours on http.server, as a team with Python would write one.

Prints its port, and for a call that never answers `began PATH`, and `left PATH` when the client has gone.
"""
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        if url.path == "/v1/behaviours:stream":
            if "text/event-stream" in self.headers.get("Accept", ""):
                self.events(int(query.get("count", 0)))
            else:
                self.lines({"result": {"index": i + 1}} for i in range(int(query.get("count", 0))))
        elif url.path.startswith("/v1/behaviours/echo/"):
            self.answer(200, self.echo(url.path.rsplit("/", 1)[1]))
        elif url.path == "/v1/behaviours:fail":
            self.fail()
        elif url.path == "/v1/behaviours:hang":
            self.hang()
        elif url.path == "/py/events":
            self.numbered(self.headers.get("Last-Event-ID"))
        else:
            self.answer(404, {"error": "nothing at " + url.path})

    def do_POST(self):
        body = self.body()
        path = urlsplit(self.path).path
        if path == "/v1/behaviours:echo":
            reply = self.echo(json.loads(body).get("text", ""))
            if self.headers.get("Accept", "").startswith("text/event-stream"):
                self.begin("text/event-stream")
                self.chunk("data: %s\n\n" % json.dumps(reply))
                self.wfile.write(b"0\r\n\r\n")
            else:
                self.answer(200, reply)
        elif path == "/v1/behaviours:fail":
            self.fail()
        elif path == "/v1/behaviours:stream":
            self.events(json.loads(body).get("count", 0))
        elif path == "/v1/behaviours:hang":
            self.hang()
        elif path == "/v1/behaviours:collect":
            texts = [json.loads(line)["text"] for line in body.splitlines() if line]
            self.answer(200, {"count": str(len(texts)), "texts": texts})
        elif path.startswith("/py/"):
            self.answer(200, {"upper": body.decode().upper()})
        else:
            self.answer(404, {"error": "nothing at " + path})

    def hang(self):
        path = urlsplit(self.path).path
        print("began " + path, flush=True)
        try:
            self.connection.recv(1)
        except ConnectionError:
            pass
        print("left " + path, flush=True)
        self.close_connection = True

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def echo(self, text):
        return {"text": text, "metadata": [{"key": "x-team", "value": self.headers.get("x-team", "")}]}

    def fail(self):
        self.answer(404, {"error": {"code": 404, "status": "NOT_FOUND", "message": "no such book", "details": [
            {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "GONE", "domain": "python"}]}})

    def answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def begin(self, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, text):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(text.encode()), text.encode()))

    def lines(self, values):
        self.begin("application/x-ndjson")
        for value in values:
            self.chunk(json.dumps(value) + "\n")
        self.wfile.write(b"0\r\n\r\n")

    def events(self, count):
        self.begin("text/event-stream")
        for i in range(count):
            self.chunk('id: %d\ndata: {"index": %d}\n\n' % (i + 1, i + 1))
        self.chunk("event: end\ndata: {}\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def numbered(self, last):
        """Numbers from the one after the last that was heard, up to five; two in each connection, then it breaks off."""
        first = int(last or 0) + 1
        self.begin("text/event-stream")
        if first == 1:
            self.chunk("retry: 10\n\n")
        for i in range(first, min(first + 2, 6)):
            self.chunk("id: %d\ndata: %d\n\n" % (i, i))
        if first + 2 > 5:
            self.chunk("event: end\ndata: {}\n\n")
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.wfile.flush()
            self.close_connection = True

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        # A client that has gone is no error of the server's.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(*_)


server = Server(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
