"""A mail server that speaks TLS after STARTTLS, and an HTTPS server, with the certificate in this
folder. Prints both ports, then a line for each thing that it was told under TLS."""
import http.server
import socket
import ssl
import sys
import threading

context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("server.pem", "server.key")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        print("POST", self.path, flush=True)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def lines(stream):
    waiting = b""
    while chunk := stream.recv(4096):
        waiting += chunk
        while b"\r\n" in waiting:
            line, waiting = waiting.split(b"\r\n", 1)
            yield line.decode()


def letter(stream):
    stream.sendall(b"220 stub\r\n")
    told, secure, in_data = lines(stream), False, False
    for line in told:
        word = line.upper().split(" ")[0].split(":")[0]
        if in_data:
            in_data = line != "."
            if not in_data:
                stream.sendall(b"250 kept\r\n")
        elif word == "EHLO":
            stream.sendall(b"250-stub\r\n250 " + (b"AUTH PLAIN" if secure else b"STARTTLS") + b"\r\n")
        elif word == "STARTTLS":
            stream.sendall(b"220 go on\r\n")
            secure_stream = context.wrap_socket(stream, server_side=True)
            return more(secure_stream)
        else:
            print("CLEAR", word, flush=True)
            stream.sendall(b"250 ok\r\n")


def more(stream):
    in_data = False
    for line in lines(stream):
        word = line.upper().split(" ")[0].split(":")[0]
        if in_data:
            in_data = line != "."
            if not in_data:
                stream.sendall(b"250 kept\r\n")
            continue
        print("TLS", word, flush=True)
        in_data = word == "DATA"
        answers = {"EHLO": b"250-stub\r\n250 AUTH PLAIN", "AUTH": b"235 ok", "DATA": b"354 go on"}
        stream.sendall(answers.get(word, b"250 ok") + b"\r\n")
        if word == "QUIT":
            return


def mail(listener):
    while True:
        stream, _ = listener.accept()
        try:
            letter(stream)
        except (OSError, ssl.SSLError):
            pass


web = http.server.HTTPServer(("127.0.0.1", 0), Hook)
web.socket = context.wrap_socket(web.socket, server_side=True)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], web.server_port, flush=True)
threading.Thread(target=mail, args=(listener,), daemon=True).start()
threading.Thread(target=web.serve_forever, daemon=True).start()
sys.stdin.read()
