"""A server for the page, for this machine only: it answers GET and HEAD, and takes nothing in."""

import functools
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import PurePosixPath
from urllib.parse import urlsplit

HOST = "127.0.0.1"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".tflite": "application/octet-stream",
}
HEADERS = {
    # The browser itself sees to it that no picture goes anywhere.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
        "connect-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Server(ThreadingHTTPServer):
    """The page on `127.0.0.1`; `serve_forever` runs it.

    Args:
        site: `{address: file or bytes}`, as `site.build_site` returns it.
        port: Where to listen; 0 takes a free one.

    Attributes:
        url: Its address.

    Raises:
        ValueError: If the port is taken or out of range.
    """

    daemon_threads = True

    def __init__(self, site, port=0):
        try:
            super().__init__((HOST, port), functools.partial(_Handler, site))
        except (OSError, OverflowError) as error:
            raise ValueError(
                f"--port must be a free port, 0 for any. Received: {port}. {error}."
            ) from error
        self.url = f"http://{HOST}:{self.server_address[1]}/"

    def handle_error(self, request, client_address):
        # A browser may turn away before it has read all.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    def __init__(self, site, *arguments):
        self._site = site
        super().__init__(*arguments)

    def do_GET(self):
        if content := self._answer():
            self.wfile.write(content)

    def do_HEAD(self):
        self._answer()

    def log_message(self, *_):
        """Prints nothing: the page tells its visitor what goes wrong."""

    def _answer(self):
        path = urlsplit(self.path).path
        found = self._site.get(path)
        if found is None:
            self.send_error(HTTPStatus.NOT_FOUND)
            return b""
        content = found if isinstance(found, bytes) else found.read_bytes()
        suffix = PurePosixPath(path).suffix if path != "/" else ".html"
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", TYPES[suffix])
        self.send_header("Content-Length", str(len(content)))
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.end_headers()
        return content
