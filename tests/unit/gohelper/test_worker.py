"""Life with a Go runtime: whatever happens in Go, Python gets an exception and the next call an answer."""

from __future__ import annotations

import base64
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gohelper import Go, GoBadRequest, GoCrashed, GoError, GoPanic, GoTimeout
from gohelper.build import MODULE

A_MINUTE = 60_000


def echo(go: Go, data: bytes) -> bytes:
    return base64.b64decode(go.call("test.echo", base64.b64encode(data).decode()))


def alive(go: Go) -> bool:
    return echo(go, b"ping") == b"ping"


def run_python(script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", textwrap.dedent(script)],
        env=os.environ | {"PYTHONPATH": str(MODULE.parent)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_an_error_of_go_is_a_python_exception_with_its_text(go: Go) -> None:
    with pytest.raises(GoError, match=r"^no such fish$") as caught:
        go.call("test.error", "no such fish")
    assert type(caught.value) is GoError


def test_an_error_text_may_hold_bytes_that_are_not_utf8(go: Go) -> None:
    with pytest.raises(GoError) as caught:
        go.call("test.error", {"b64": base64.b64encode(b"path \xff").decode()})
    assert str(caught.value) == "path \udcff"


def test_a_panic_is_a_python_exception_with_gos_stack_and_the_process_lives(go: Go) -> None:
    assert alive(go)
    before = go.worker.pid
    with pytest.raises(GoPanic, match=r"^everything is lost$") as caught:
        go.call("test.panic", "everything is lost")
    assert "faults.go" in caught.value.stack
    assert alive(go)
    assert go.worker.pid == before


@pytest.mark.parametrize(
    ("operation", "request_", "message", "returncode"),
    [
        ("test.exit", 7, "exit code 7", 7),
        ("test.exit", 0, "exit code 0", 0),
        ("test.fatal", {}, "fatal error: sync: unlock of unlocked mutex", -signal.SIGABRT),
        ("test.panic_elsewhere", "on another goroutine", "panic: on another goroutine", -signal.SIGABRT),
        ("test.overflow", 0, "fatal error: stack overflow", -signal.SIGABRT),
    ],
)
def test_what_ends_the_process_is_a_python_exception_and_the_next_call_has_a_new_one(
    go: Go, operation: str, request_: object, message: str, returncode: int
) -> None:
    assert alive(go)
    before = go.worker.pid
    with pytest.raises(GoCrashed) as caught:
        go.call(operation, request_)
    assert str(caught.value) == f"the Go worker ended during {operation}: {message}"
    assert caught.value.returncode == returncode
    assert alive(go)
    assert go.worker.pid != before


def test_a_fatal_error_of_go_comes_with_its_stacks(go: Go) -> None:
    with pytest.raises(GoCrashed) as caught:
        go.call("test.fatal", {})
    assert "goroutine" in caught.value.stderr


def test_a_worker_killed_in_mid_call_is_a_python_exception(go: Go) -> None:
    assert alive(go)
    pid = go.worker.pid
    assert pid is not None
    with ThreadPoolExecutor() as pool:
        call = pool.submit(go.call, "test.sleep", A_MINUTE)
        os.kill(pid, signal.SIGKILL)
        with pytest.raises(GoCrashed, match="SIGKILL") as caught:
            call.result(timeout=60)
    assert caught.value.returncode == -signal.SIGKILL
    assert alive(go)


def test_a_worker_killed_between_calls_is_noticed_by_the_next_one(go: Go) -> None:
    assert alive(go)
    pid = go.worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(GoCrashed):
        echo(go, b"lost")
    assert alive(go)


@pytest.mark.usefixtures("go")
def test_a_call_beyond_the_timeout_is_given_up_and_its_process_ended() -> None:
    with Go() as impatient:
        assert alive(impatient)
        impatient.worker.timeout = 1
        pid = impatient.worker.pid
        assert pid is not None
        with pytest.raises(GoTimeout, match=r"test\.sleep did not answer within 1 seconds"):
            impatient.call("test.sleep", A_MINUTE)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        impatient.worker.timeout = None
        assert alive(impatient)


def test_after_an_interrupted_call_the_next_one_gets_its_own_answer(go: Go) -> None:
    class Interrupted(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise Interrupted

    def call_a_little_before_it_comes() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        go.call("test.sleep", A_MINUTE)

    assert alive(go)
    previous = signal.signal(signal.SIGALRM, interrupt)
    try:
        with pytest.raises(Interrupted):
            call_a_little_before_it_comes()
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
    assert echo(go, b"mine") == b"mine"


def test_ctrl_c_leaves_the_worker_to_its_parent(go: Go) -> None:
    assert alive(go)
    pid = go.worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGINT)
    assert alive(go)
    assert go.worker.pid == pid


@pytest.mark.parametrize("size", [0, 1, 65_536, 64 << 20])
def test_payloads_of_any_size(go: Go, size: int) -> None:
    data = os.urandom(1 << 16) * (size >> 16) if size > 1 else b"x" * size
    assert echo(go, data) == data


def test_an_empty_payload_and_an_empty_name_are_bad_requests(go: Go) -> None:
    status, answer = go.worker.call("test.echo", b"")
    assert (status, answer) == (2, b'{"message":"bad request for test.echo: EOF"}')
    status, answer = go.worker.call("", b"")
    assert (status, answer) == (2, b'{"message":"unknown operation \\"\\""}')


@pytest.mark.parametrize(
    ("operation", "request_", "message"),
    [
        ("chromem.opne", {}, r'unknown operation "chromem\.opne"$'),
        ("chromem.open", {"paht": ""}, r"bad request for chromem\.open: .*paht"),
        ("test.exit", "7", r"bad request for test\.exit: .*cannot unmarshal"),
        ("test.echo", "%", r"bad request for test\.echo: .*base64"),
    ],
)
def test_a_request_go_cannot_read_is_refused(go: Go, operation: str, request_: object, message: str) -> None:
    with pytest.raises(GoBadRequest, match=f"^{message}"):
        go.call(operation, request_)


def test_ten_thousand_calls_from_many_threads_get_each_its_own_answer(go: Go) -> None:
    def calls(thread: int) -> list[int]:
        return [n for n in range(625) if echo(go, f"{thread}/{n}".encode()) != f"{thread}/{n}".encode()]

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(calls, range(16))) == [[]] * 16


def test_threads_that_share_a_worker_survive_its_crashes(go: Go) -> None:
    def call(n: int) -> str:
        try:
            if n % 10 == 0:
                go.call("test.exit", 1)
            return "answer" if alive(go) else "wrong answer"
        except GoCrashed:
            return "crash"

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(call, range(100)))
    assert outcomes == ["crash" if n % 10 == 0 else "answer" for n in range(100)]


def test_every_answer_is_freed(fresh_go: Go) -> None:
    for n in range(3000):
        echo(fresh_go, b"x" * n)
        with pytest.raises(GoError):
            fresh_go.call("test.error", "x")
    assert fresh_go.call("library.results", {}) == 0


def test_memory_does_not_grow_with_the_number_of_calls(fresh_go: Go) -> None:
    def resident() -> int:
        status = Path(f"/proc/{fresh_go.worker.pid}/status").read_text()
        return int(status.split("VmRSS:")[1].split()[0]) >> 10

    megabyte = os.urandom(1 << 20)
    for _ in range(20):
        echo(fresh_go, megabyte)
    before = resident()
    for _ in range(100):  # an answer is 1.3 MiB: a leak would be 130
        echo(fresh_go, megabyte)
    assert resident() - before < 65


def test_restart_gives_a_process_in_which_nothing_was_encoded(fresh_go: Go) -> None:
    assert alive(fresh_go)
    before = fresh_go.worker.pid
    fresh_go.restart()
    assert fresh_go.worker.pid is None
    assert alive(fresh_go)
    assert fresh_go.worker.pid not in (None, before)


def test_a_worker_ends_with_its_owner(go: Go) -> None:
    assert alive(go)
    result = run_python("""
        from gohelper import Go
        go = Go()
        go.version()
        print(go.worker.pid)
    """)
    assert result.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(result.stdout), 0)


def test_what_go_prints_does_not_disturb_the_protocol(go: Go) -> None:
    """The worker's standard output and error are kept for its last words."""
    with pytest.raises(GoCrashed) as caught:
        go.call("test.exit_talking", "to whom it may concern")
    assert "to whom it may concern" in caught.value.stderr


@pytest.mark.usefixtures("go")
def test_a_forked_child_is_refused_and_does_its_parents_worker_no_harm() -> None:
    result = run_python("""
        import os, sys
        from gohelper import Go, GoForked
        go = Go()
        pid = go.version() and go.worker.pid
        child = os.fork()
        if child == 0:
            for use in (go.version, go.restart):
                try:
                    use()
                except GoForked as refusal:
                    print(refusal, flush=True)
            with Go() as own:
                print(own.version().chromem, flush=True)
            sys.exit()  # runs the finalizers, unlike os._exit
        assert os.waitpid(child, 0)[1] == 0
        go.version()
        print(go.worker.pid == pid)
    """)
    refusal = "this worker belongs to the process that made it; make a new one after a fork\n"
    assert (result.stdout, result.stderr) == (2 * refusal + "v0.7.0\nTrue\n", "")


@pytest.mark.usefixtures("go")
def test_the_library_itself_refuses_a_fork_after_it_was_loaded() -> None:
    result = run_python("""
        import os
        from gohelper import GoForked
        from gohelper.build import build_library
        from gohelper.library import Library
        library = Library(build_library())
        assert library.call(b"test.echo", b'""') == (0, b'""')
        child = os.fork()
        if child == 0:
            try:
                library.call(b"test.echo", b'""')
            except GoForked as refusal:
                print(refusal, flush=True)
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        print(library.call(b"test.echo", b'"YQ=="'))
    """)
    assert result.stderr == ""
    assert result.stdout.splitlines() == [
        "the Go library was loaded before this process was forked, and cannot be used here",
        "(0, b'\"YQ==\"')",
    ]


@pytest.mark.usefixtures("go")
def test_this_process_never_loads_go() -> None:
    result = run_python("""
        from gohelper import Go
        with Go() as go:
            go.version()
            print("libgohelper" in open("/proc/self/maps").read())
            print("libgohelper" in open(f"/proc/{go.worker.pid}/maps").read())
    """)
    assert (result.stdout, result.stderr) == ("False\nTrue\n", "")


@pytest.mark.usefixtures("go")
def test_a_library_that_cannot_be_loaded_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.so").write_bytes(b"no library")
    with Go(tmp_path / "broken.so") as go, pytest.raises(GoCrashed, match=r"OSError: .*broken\.so"):
        go.version()


@pytest.mark.usefixtures("go")
def test_closing_while_another_thread_calls_waits_for_its_answer() -> None:
    go = Go()
    answers: list[object] = []
    started = threading.Event()

    def call(act: Callable[[], object]) -> None:
        started.set()
        answers.append(act())

    assert alive(go)
    thread = threading.Thread(target=call, args=[lambda: go.call("test.sleep", 300)])
    thread.start()
    started.wait()
    go.worker.close()
    thread.join(60)
    go.worker.close()
    assert answers == [None]
