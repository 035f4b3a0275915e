import signal

from tests.helpers import start


def test_ctrl_c_reaches_a_program_although_it_is_ignored_here():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start("-c", "import signal; signal.raise_signal(signal.SIGINT)")
        assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
    _, stderr = process.communicate(timeout=60)
    assert stderr.splitlines()[-1] == "KeyboardInterrupt"
