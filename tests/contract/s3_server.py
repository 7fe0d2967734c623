"""An S3 server for tests: moto over HTTP, watched, and broken on demand."""

from collections.abc import Iterable
from http.client import HTTPConnection
from threading import Lock, Thread
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.server import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.datastructures import EnvironHeaders
from werkzeug.serving import make_server

HOST = "127.0.0.1"


class Request(NamedTuple):
    """What a client sent; header names in lower case."""

    method: str
    path: str
    query: str
    headers: dict[str, str]


class Fault(NamedTuple):
    """The next request with this method is answered wrongly; if `lost`, after it was done."""

    method: str
    status: str
    code: str
    lost: bool = False


class S3Server:
    """moto does not check and write atomically, so requests are let through one at a time."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.faults: list[Fault] = []
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._one_at_a_time = Lock()
        self._server = make_server(
            HOST, 0, self._answer, threaded=True, request_handler=MotoRequestHandler
        )
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._server.port}"

    def put(self, path: str) -> None:
        """Make a bucket, or an empty object that no store would write."""
        connection = HTTPConnection(HOST, self._server.port, timeout=30)
        try:
            connection.request("PUT", path)
            response = connection.getresponse()
            response.read()
            assert response.status == 200, response.status
        finally:
            connection.close()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with self._one_at_a_time:
            headers = {name.lower(): value for name, value in EnvironHeaders(environ)}
            method = environ["REQUEST_METHOD"]
            self.requests.append(
                Request(method, environ["PATH_INFO"], environ["QUERY_STRING"], headers)
            )
            fault = next((fault for fault in self.faults if fault.method == method), None)
            answer: Iterable[bytes]
            if fault is None:
                answer = self._moto(environ, start_response)
                return answer
            self.faults.remove(fault)
            if fault.lost:
                self._moto(environ, lambda *_: None)
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response(fault.status, [("Content-Type", "application/xml")])
            return [f"<Error><Code>{fault.code}</Code></Error>".encode()]
