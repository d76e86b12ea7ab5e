"""What keeps a worker from hanging its caller, from outliving it, and from taking all memory."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gohelper import Go, GoBadRequest, GoCrashed, GoError, GoPanic, GoTimeout
from gohelper.build import MODULE

pytestmark = pytest.mark.usefixtures("go")


def wait_for_end(pid: int) -> bool:
    """Whether a process that is no child of ours ends within a minute."""
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except FileNotFoundError:
            return True
        if state == "Z":
            return True
        time.sleep(0.1)
    return False


def start_python(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": str(MODULE.parent)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_the_timeout_covers_the_sending_to_a_worker_that_does_not_read() -> None:
    with Go() as go:
        go.version()
        go.worker.timeout = 2
        assert go.worker.pid is not None
        os.kill(go.worker.pid, signal.SIGSTOP)
        with pytest.raises(GoTimeout, match="within 2 seconds"):
            go.call("test.echo", "A" * (64 << 20))
        go.worker.timeout = None
        assert go.version().go.startswith("go")


def test_a_worker_ends_with_its_parent_in_the_middle_of_a_call() -> None:
    parent = start_python(
        "from gohelper import Go\n"
        "go = Go(); go.version(); print(go.worker.pid, flush=True); go.call('test.sleep', 600_000)"
    )
    assert parent.stdout is not None
    worker = int(parent.stdout.readline())
    parent.kill()
    parent.communicate()
    assert wait_for_end(worker)


def test_a_worker_ends_with_its_parent_though_a_forked_child_lives_on() -> None:
    parent = start_python(
        "import os, signal\n"
        "from gohelper import Go\n"
        "go = Go(); go.version()\n"
        "child = os.fork()\n"
        "if child: print(go.worker.pid, child, flush=True)\n"
        "signal.pause()"
    )
    assert parent.stdout is not None
    worker, child = map(int, parent.stdout.readline().split())
    parent.kill()
    try:
        assert wait_for_end(worker)
    finally:
        os.kill(child, signal.SIGKILL)
    parent.communicate()


def test_a_worker_outlives_the_thread_that_started_it() -> None:
    import threading

    with Go() as go:
        thread = threading.Thread(target=go.version)
        thread.start()
        thread.join()
        before = go.worker.pid
        go.version()
        assert go.worker.pid == before


def test_a_worker_that_needs_more_memory_than_it_may_have_ends() -> None:
    with Go() as go:
        go.worker = type(go.worker)(memory=2 << 30)
        with pytest.raises(GoCrashed, match=r"memory|Memory"):
            go.call("test.echo", "A" * (1 << 29))


@pytest.mark.parametrize("elem", [{"kind": "struct", "fields": []}, "bool"])
def test_an_array_of_many_elements_is_refused_whatever_their_size(go: Go, elem: object) -> None:
    described = {"kind": "array", "len": 1 << 24, "elem": elem}
    with pytest.raises(GoError, match="cannot be built"):
        go.call("codec.decode_into", {"stream": "", "type": described})


@pytest.mark.parametrize("folder_has", ["resource.py", "gohelper.py", "cffi.py"])
def test_the_folder_that_the_process_is_in_has_no_say(tmp_path: Path, folder_has: str) -> None:
    (tmp_path / folder_has).write_text("raise SystemExit('imported from the wrong place')\n")
    code = f"import os; from gohelper import Go; os.chdir({str(tmp_path)!r}); print(Go().version().go)"
    done = start_python(code)
    assert done.communicate()[0].startswith("go1.")


def test_errors_survive_the_way_between_processes() -> None:
    panic = pickle.loads(pickle.dumps(GoPanic("what", "stack")))
    assert (str(panic), panic.stack) == ("what", "stack")
    crash = pickle.loads(pickle.dumps(GoCrashed("why", -9, "words")))
    assert (str(crash), crash.returncode, crash.stderr) == ("why", -9, "words")


def test_a_name_of_an_interface_registered_for_two_types_is_an_error_and_no_panic(go: Go) -> None:
    def encode(field: str) -> None:
        made = {"kind": "struct", "fields": [[field, "int"]]}
        held = {"name": "test_lifetime.T", "type": made, "value": [1]}
        described = {"kind": "pointer", "elem": "interface"}
        go.call("codec.encode", {"values": [{"type": described, "value": [held]}]})

    encode("A")
    encode("A")
    with pytest.raises(GoError, match="registered differently in this process") as refusal:
        encode("B")
    assert not isinstance(refusal.value, GoPanic)


def test_a_stream_of_many_fields_that_go_cannot_have_is_judged_in_time(go: Go) -> None:
    import base64

    from tests.support import raw

    fields = [(f"f{number}", raw.INT) for number in range(60_000)]
    stream = raw.define_struct(64, fields) + raw.value(64, b"\0")
    verdict = go.call("codec.verdict", {"stream": base64.b64encode(stream).decode()})
    assert (verdict["judge"], len(verdict["unbuilt"])) == ("partial", 60_000)


UNREADABLE = {
    "no path": ("chromem.open", b"{}"),
    "null": ("chromem.open", b"null"),
    "an empty path": ("chromem.open", b'{"path": ""}'),
    "bytes that are not UTF-8": ("test.error", b'"a\xffb"'),
    "half a surrogate pair": ("test.error", b'"\\ud800x"'),
    "the other half": ("test.error", b'"\\udc00"'),
    "a pair the wrong way round": ("test.error", b'"\\udc00\\ud800"'),
    "no times": ("codec.bench", b'{"stream": "AwQAAg=="}'),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_request_that_says_too_little_or_is_no_text_is_refused(go: Go, tmp_path: Path, name: str) -> None:
    operation, payload = UNREADABLE[name]
    status, answer = go.worker.call(operation, payload)
    assert (status, b"bad request" in answer) == (2, True), answer


def test_escaped_characters_are_text(go: Go) -> None:
    status, answer = go.worker.call("test.error", b'"\\\\ud800 \\u00e9 \\ud83d\\ude00 \\\\"')
    assert (status, answer) == (1, '{"message":"\\\\ud800 é 😀 \\\\"}'.encode())


REFUSED = {
    "a key twice": [{"kind": "map", "key": "int", "elem": "int"}, [[1, 1], [1, 2]]],
    "an unknown key": [{"kind": "slice", "elem": "int", "lne": 3}, [1]],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_description_with_too_much_in_it_is_refused(go: Go, name: str) -> None:
    described, value = REFUSED[name]
    with pytest.raises(GoError, match=r"twice|no \"lne\""):
        go.call("codec.encode", {"values": [{"type": described, "value": value}]})


def test_a_metadata_key_twice_is_refused(go: Go) -> None:
    with pytest.raises(GoBadRequest, match="a key twice"):
        go.call("gob.encode_metadata", {"name": "n", "metadata": [["k", "1"], ["k", "2"]]})
