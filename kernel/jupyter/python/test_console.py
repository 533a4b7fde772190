"""`jupyter console` in a terminal, as somebody types there."""

import os
import re
import sys
import time

import pexpect
import pytest

KERNEL = "echo-ts"
CONTROLS = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[()][A-Z0-9]|[=>])")


class Terminal:
    """The console and what it has shown, without colours and movements of the cursor."""

    def __init__(self, cwd):
        # A terminal that does not say where its cursor stands is waited for, unless that is known.
        env = {**os.environ, "PROMPT_TOOLKIT_NO_CPR": "1", "TERM": "xterm", "IPYTHONDIR": str(cwd)}
        # After a second without an answer it would no longer ask whether a line is complete.
        patient = "--ZMQTerminalInteractiveShell.kernel_is_complete_timeout=20"
        command = ["-m", "jupyter_console", "--kernel", KERNEL, patient]
        self.child = pexpect.spawn(
            sys.executable, command, cwd=str(cwd), env=env, encoding="utf-8", dimensions=(40, 120)
        )
        self.shown = ""

    def until(self, text, timeout=20):
        """Waits for a text behind the one waited for before."""
        end = time.monotonic() + timeout
        while text not in CONTROLS.sub("", self.shown):
            assert time.monotonic() < end, f"{text!r} not in {CONTROLS.sub('', self.shown)!r}"
            try:
                self.shown += self.child.read_nonblocking(4096, 0.2)
            except pexpect.TIMEOUT:
                pass
        self.shown = CONTROLS.sub("", self.shown).partition(text)[2]

    def cell(self, number, code):
        self.until(f"In [{number}]: ")
        self.child.send(f"{code}\r")


@pytest.fixture
def terminal(tmp_path):
    made = Terminal(tmp_path)
    yield made
    made.child.close(force=True)


def test_a_typed_cell_an_interrupt_that_keeps_state_and_exit(terminal):
    terminal.cell(1, "let kept: number = 41")
    terminal.cell(2, "console.log('be' + 'gun'); kept += 1; while (true) {}")
    terminal.until("begun")
    terminal.child.sendintr()
    terminal.until("Interrupted")
    terminal.cell(3, "`kept is ${kept}`")
    terminal.until("Out[3]: 'kept is 42'")
    # Whether a further line is wanted, the kernel is asked.
    terminal.cell(4, "[1, 2].map((n) => {")
    terminal.until("...: ")
    terminal.child.send("return n * 5 })\r")
    terminal.until("Out[4]: [ 5, 10 ]")
    terminal.until("In [5]: ")
    terminal.child.sendcontrol("d")
    terminal.until("Do you really want to exit ([y]/n)?")
    terminal.child.send("y\r")
    terminal.child.expect(pexpect.EOF, timeout=20)
    terminal.child.wait()
    assert terminal.child.exitstatus == 0


@pytest.mark.parametrize("word", ["exit", "quit();"])
def test_exit_ends_the_console_and_its_kernel(terminal, word):
    terminal.cell(1, word)
    terminal.child.expect(pexpect.EOF, timeout=20)
    terminal.child.wait()
    assert terminal.child.exitstatus == 0


def test_exit_is_a_name_like_any_other_once_a_cell_declares_it(terminal):
    terminal.cell(1, "const exit = 'the way out'")
    terminal.cell(2, "exit")
    terminal.until("Out[2]: 'the way out'")
