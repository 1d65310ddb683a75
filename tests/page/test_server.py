"""What the page's server answers; `scripts/check_page.py` looks at the page itself."""

import http.client
import json
import re
import threading
from pathlib import PurePosixPath

import pytest

from tfgan_compress import cli, tflite
from tfgan_compress.page import Server, litertjs, server, site

LITERT = {"/litert/core.js": b"export {};", "/litert/wasm/litert_wasm_internal.wasm": b"\0asm"}


@pytest.fixture(scope="module")
def routes():
    with pytest.MonkeyPatch.context() as patch:
        # No test asks npm.
        patch.setattr(litertjs, "routes", lambda: LITERT)
        yield site.build_site("demo_student")


@pytest.fixture(scope="module")
def ask(routes):
    """Asks a running server: `ask(path, method)` returns `(status, headers, body)`."""
    with Server(routes) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()

        def ask(path, method="GET"):
            connection = http.client.HTTPConnection(*running.server_address, timeout=20)
            connection.request(method, path)
            answer = connection.getresponse()
            body = answer.read()
            connection.close()
            return answer.status, dict(answer.getheaders()), body

        yield ask
        running.shutdown()
        thread.join()


def test_the_page_is_answered_with_its_type_and_a_policy_that_keeps_pictures_here(ask):
    status, headers, body = ask("/")
    assert status == 200 and headers["Content-Type"].startswith("text/html")
    assert b"Turn a face to the front" in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "connect-src 'self'" in policy
    assert ask("/core/warp.js?v=1")[1]["Content-Type"].startswith("text/javascript")
    assert ask("/litert/wasm/litert_wasm_internal.wasm")[1]["Content-Type"] == "application/wasm"


def test_a_head_request_gets_no_body(ask):
    status, headers, body = ask("/base.css", "HEAD")
    assert status == 200 and int(headers["Content-Length"]) > 0 and body == b""


@pytest.mark.parametrize(
    "path",
    [
        "/../server.py",
        "/core/../../server.py",
        "/..%2fserver.py",
        "//etc/passwd",
        "/core",
        "/core/",
        "/package.json",
        "/models/../../../pyproject.toml",
    ],
)
def test_nothing_outside_the_table_is_answered(ask, path):
    assert ask(path)[0] == 404


def test_nothing_is_taken_in(ask):
    assert ask("/", "POST")[0] == ask("/models.json", "PUT")[0] == 501


def test_models_and_contracts_are_served_as_they_are(ask):
    listing = json.loads(ask("/models.json")[2])
    assert [s["variant"] for s in listing["students"]] == ["float16", "int8", "dynamic", "float32"]
    for entry in listing["students"]:
        contract = ask(f"{entry['folder']}/{tflite.CONTRACT}")[2]
        path = site.find_students("demo_student")[listing["students"].index(entry)]
        assert contract == (path.parent / tflite.CONTRACT).read_bytes()
        model = ask(f"{entry['folder']}/model.tflite")[2]
        assert tflite.sha256(model) == json.loads(contract)["sha256"]
    for name, expected in listing["detectors"].items():
        assert tflite.sha256(ask(f"/detectors/{name}.tflite")[2]) == expected


def test_all_that_the_page_refers_to_is_served(routes):
    for address in [name for name in routes if name.endswith((".js", ".html", ".css"))]:
        found = routes[address]
        text = (found if isinstance(found, bytes) else found.read_bytes()).decode()
        names = re.findall(r"""(?:from|import\(|Worker\()\s*'([^'$]+)'""", text)
        names += re.findall(r'(?:href|src)="([^":]+)"', text)
        for name in names:
            assert str(PurePosixPath(address).parent.joinpath(name)) in routes, (address, name)


def test_every_address_has_a_type(routes):
    assert {PurePosixPath(name).suffix for name in routes if name != "/"} <= set(server.TYPES)


def test_a_single_file_or_its_folder_can_be_named():
    folder = site.find_students("demo_student")[0].parents[1]
    assert len(site.find_students(folder)) == 4
    assert site.find_students(folder / "int8/model.tflite") == [folder / "int8/model.tflite"]


def test_a_folder_without_students_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"must hold VARIANT/model.tflite"):
        site.find_students(tmp_path)


def test_without_a_model_the_one_of_frontalize_comes_first():
    from tfgan_compress.frontalize import default_model

    assert site.find_students()[0] == default_model()


def test_a_port_that_is_taken_is_refused(routes):
    with Server(routes) as first:
        with pytest.raises(ValueError, match="--port must be a free port"):
            Server(routes, first.server_address[1])
    with pytest.raises(ValueError, match="--port must be a free port"):
        Server(routes, 70000)


def test_the_command_serves_until_it_is_interrupted(routes, monkeypatch, capsys):
    def interrupted(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(litertjs, "routes", lambda: LITERT)
    monkeypatch.setattr(Server, "serve_forever", interrupted)
    assert cli.main(["serve", "--port", "0", "--model", "demo_student"]) == 0
    assert re.match(r"http://127.0.0.1:\d+/ ", capsys.readouterr().out)
