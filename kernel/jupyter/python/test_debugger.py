"""The debugger, as JupyterLab speaks to it: the Debug Adapter Protocol in debug_request."""

import pytest
from ipykernel.compiler import murmur2_x86

CODE = """interface Part { size: number;
  name: string }

let total = 0; // of all parts
function grow(part: Part,
    by: number): number {
  const larger = part.size +
    by;
  return larger;
}
for (let turn = 0; turn < 3; turn++) {
  total += grow({ size: turn, name: "p" + turn }, 10);
}
await new Promise((done) => setTimeout(done, 5));
const words = new Map([["a", { deep: [1, 2, 3] }]]);
total"""


class Debugger:
    """A client of the debugger."""

    def __init__(self, frontend):
        self.frontend = frontend
        self.seq = 0
        self.heard = 0

    def send(self, command, **arguments):
        self.seq += 1
        request = {"type": "request", "seq": self.seq, "command": command, "arguments": arguments}
        content = self.frontend.ask("debug_request", request, "control")["content"]
        assert (content["request_seq"], content["command"]) == (self.seq, command)
        return content

    def ask(self, command, **arguments):
        content = self.send(command, **arguments)
        assert content["success"], content
        return content["body"]

    def attach(self):
        capabilities = self.ask("initialize", clientID="test", adapterID="")
        self.ask("attach")
        return capabilities

    def break_at(self, code, *lines, **more):
        path = self.ask("dumpCell", code=code)["sourcePath"]
        wanted = [{"line": line, **more} for line in lines]
        body = self.ask("setBreakpoints", source={"path": path}, breakpoints=wanted, sourceModified=False)
        self.ask("configurationDone")
        return body["breakpoints"]

    def event(self, name):
        """The next event of that name; it may have come with the answer to a request."""

        def fits(message):
            return message["msg_type"] == "debug_event" and message["content"]["event"] == name

        while not any(fits(message) for message in self.frontend.seen[self.heard :]):
            self.frontend.pump(fits)
        at = next(at for at, message in enumerate(self.frontend.seen) if at >= self.heard and fits(message))
        self.heard = at + 1
        return self.frontend.seen[at]["content"]["body"]

    def stopped(self):
        """Where it stopped, and why."""
        reason = self.event("stopped")["reason"]
        top = self.ask("stackTrace", threadId=1)["stackFrames"][0]
        return reason, top["name"], top["line"]

    def variables(self, scope, frame=1):
        scopes = {each["name"]: each for each in self.ask("scopes", frameId=frame)["scopes"]}
        reference = scopes[scope]["variablesReference"]
        return {each["name"]: each for each in self.ask("variables", variablesReference=reference)["variables"]}


@pytest.fixture
def debugger(start):
    made = Debugger(start())
    made.attach()
    return made


def finish(debugger, message):
    debugger.ask("continue", threadId=1)
    return debugger.frontend.finish(message)


def test_a_local_variable_is_copied_to_where_later_cells_see_it(debugger):
    code = "let mine = 1;\nfunction inner() {\n  const local = { deep: [1, 2] };\n  return local;\n}\ninner();"
    debugger.frontend.run("let taken = 0")
    debugger.break_at(code, 4)
    running = debugger.frontend.start(code)
    debugger.stopped()
    for wanted in ("kept", "taken"):
        debugger.ask("copyToGlobals", srcVariableName="local", dstVariableName=wanted, srcFrameId=1)
    for hostile in ("a; process.exit()", "", "a.b"):
        given = {"srcVariableName": "local", "dstVariableName": hostile, "srcFrameId": 1}
        assert debugger.send("copyToGlobals", **given)["success"] is False
    unknown = debugger.send("copyToGlobals", srcVariableName="nothing", dstVariableName="kept", srcFrameId=1)
    assert unknown["success"] is False and "nothing is not defined" in unknown["message"]
    assert finish(debugger, running).reply["status"] == "ok"
    assert debugger.frontend.run("kept.deep.length + taken.deep.length").result == "4"


def test_it_is_announced_and_tells_how_cells_are_named(start):
    frontend = start()
    info = frontend.reply(frontend.client.kernel_info())["content"]
    assert info["debugger"] is True and info["supported_features"] == ["debugger"]
    debugger = Debugger(frontend)
    before = debugger.ask("debugInfo")
    assert before["isStarted"] is False
    for code in ("", "a", "ab", "abc", "const ä = '€'", CODE):
        named = f"{before['tmpFilePrefix']}{murmur2_x86(code, before['hashSeed'])}{before['tmpFileSuffix']}"
        assert debugger.ask("dumpCell", code=code)["sourcePath"] == named
        assert debugger.send("source", source={"path": named})["success"] is False  # not attached yet
    debugger.ask("initialize", clientID="test", adapterID="")
    # JupyterLab asks between the two; told that nothing is started, it ignores every breakpoint.
    assert debugger.ask("debugInfo")["isStarted"] is True
    debugger.ask("attach")
    assert debugger.ask("source", source={"path": named})["content"] == CODE
    debugger.ask("disconnect")
    assert debugger.ask("debugInfo")["isStarted"] is False


def test_a_breakpoint_in_a_cell_stops_at_its_line_with_its_variables(debugger):
    [breakpoint] = debugger.break_at(CODE, 9)
    assert breakpoint["verified"] and breakpoint["line"] == 9
    message = debugger.frontend.client.execute(CODE)
    assert debugger.stopped() == ("breakpoint", "grow", 9)
    frames = debugger.ask("stackTrace", threadId=1)["stackFrames"]
    assert [(frame["name"], frame["line"]) for frame in frames] == [("grow", 9), ("cell-1", 12)]
    assert debugger.ask("debugInfo")["stoppedThreads"] == [1]
    inner = debugger.variables("Locals")
    assert (inner["larger"]["value"], inner["by"]["value"]) == ("10", "10")
    assert inner["part"]["value"] == '{size: 0, name: "p0"}'
    parts = debugger.ask("variables", variablesReference=inner["part"]["variablesReference"])["variables"]
    assert [(part["name"], part["value"]) for part in parts] == [("size", "0"), ("name", '"p0"')]
    assert not [name for name in inner if name.startswith("__")]
    assert debugger.variables("Locals", 2)["turn"]["value"] == "0"
    assert debugger.ask("evaluate", expression="larger * 2", frameId=1)["result"] == "20"
    failed = debugger.send("evaluate", expression="part.name", frameId=2)
    assert failed["message"] == "ReferenceError: part is not defined"
    debugger.ask("continue", threadId=1)
    debugger.event("continued")
    assert debugger.stopped() == ("breakpoint", "grow", 9)
    assert debugger.variables("Cells")["total"]["value"] == "10"
    assert debugger.ask("evaluate", expression="total + 1", frameId=2)["result"] == "11"
    debugger.break_at(CODE)
    reply = finish(debugger, message)
    assert reply.reply["status"] == "ok"
    assert debugger.frontend.run("total").result == "33"


def test_stepping_goes_by_lines_of_the_cell_through_loops_calls_and_awaits(debugger):
    debugger.break_at(CODE, 12)
    message = debugger.frontend.client.execute(CODE)
    assert debugger.stopped() == ("breakpoint", "cell-1", 12)
    debugger.ask("stepIn", threadId=1)
    assert debugger.stopped()[:2] == ("step", "grow")
    debugger.ask("stepOut", threadId=1)
    assert debugger.stopped()[1:] == ("cell-1", 11)
    debugger.break_at(CODE, 14)
    debugger.ask("continue", threadId=1)
    assert debugger.stopped() == ("breakpoint", "cell-1", 14)
    debugger.ask("next", threadId=1)
    assert debugger.stopped() == ("step", "cell-1", 15)
    debugger.ask("next", threadId=1)
    assert debugger.stopped() == ("step", "cell-1", 16)
    assert finish(debugger, message).reply["status"] == "ok"


def test_conditions_functions_of_earlier_cells_and_lines_without_code(debugger):
    frontend = debugger.frontend
    frontend.run(CODE)
    # It has run: what is called of it later stops too. Line 5 begins a function, 2 is only a type.
    assert [each["line"] for each in debugger.break_at(CODE, 2, 9, condition="by === 7")] == [4, 9]
    assert frontend.run("grow({ size: 1, name: '' }, 6)").result == "7"
    message = frontend.client.execute("grow({ size: 1, name: '' }, 7)")
    reason, name, line = debugger.stopped()
    assert (reason, name, line) == ("breakpoint", "grow", 9)
    frames = debugger.ask("stackTrace", threadId=1)["stackFrames"]
    assert [frame["name"] for frame in frames] == ["grow", "cell-3"]
    assert finish(debugger, message).reply["status"] == "ok"


def test_exceptions_stop_where_they_are_thrown_if_asked_for(debugger):
    code = "function check(x: number) {\n  if (x > 1) throw new RangeError('too large');\n}\ncheck(2)"
    debugger.ask("setExceptionBreakpoints", filters=["all"])
    message = debugger.frontend.client.execute(code)
    stopped = debugger.event("stopped")
    assert stopped["reason"] == "exception" and "RangeError: too large" in stopped["text"]
    assert debugger.ask("stackTrace", threadId=1)["stackFrames"][0]["line"] == 2
    assert finish(debugger, message).reply["ename"] == "RangeError"
    debugger.ask("setExceptionBreakpoints", filters=[])
    assert debugger.frontend.run(code).reply["ename"] == "RangeError"


def test_variables_are_listed_while_nothing_is_stopped(debugger):
    debugger.frontend.run(CODE)
    variables = {each["name"]: each for each in debugger.ask("inspectVariables")["variables"]}
    assert variables["total"]["value"] == "33"
    assert variables["words"]["type"] == "Map"
    rich = debugger.ask("richInspectVariables", variableName="words")
    assert rich["data"]["text/plain"] == "Map(1) { 'a' => { deep: [ 1, 2, 3 ] } }"


def test_an_interrupt_a_restart_and_a_shutdown_free_a_stopped_cell(debugger):
    frontend = debugger.frontend
    loop = "let n = 0;\nwhile (true) {\n  n += 1;\n}"
    debugger.break_at(loop, 3)
    message = frontend.client.execute(loop)
    assert debugger.stopped() == ("breakpoint", "cell-1", 3)
    frontend.manager.interrupt_kernel()
    assert frontend.finish(message).reply["ename"] == "Interrupted"
    debugger.break_at(loop)
    assert frontend.run("n").result == "1"
    debugger.break_at(loop, 3)
    frontend.client.execute(loop)
    debugger.stopped()
    frontend.manager.shutdown_kernel(now=False)
    assert not frontend.manager.is_alive()


def test_a_client_that_leaves_frees_a_stopped_cell_and_others_come_after_it(debugger):
    frontend = debugger.frontend
    debugger.break_at(CODE, 9)
    message = frontend.client.execute(CODE)
    debugger.stopped()
    debugger.ask("disconnect", restart=False)
    assert frontend.finish(message).result == "33"
    debugger.attach()
    debugger.break_at(CODE, 14)
    message = frontend.client.execute(CODE)
    assert debugger.stopped() == ("breakpoint", "cell-2", 14)
    assert finish(debugger, message).reply["status"] == "ok"


def test_what_cannot_be_served_is_refused_in_a_sentence(start):
    frontend = start()
    debugger = Debugger(frontend)
    assert "initialize first" in debugger.send("stackTrace", threadId=1)["message"]
    debugger.attach()
    assert "Nothing is stopped" in debugger.send("stackTrace", threadId=1)["message"]
    assert "does not know the command" in debugger.send("fly")["message"]
    assert "expression" in debugger.send("evaluate", expression=3)["message"]
    assert "are gone" in debugger.send("variables", variablesReference=99)["message"]
    debugger.ask("disconnect", restart=False)
    # Without a debugger again, a cell with a breakpoint runs through.
    assert frontend.run(CODE).result == "33"
    debugger.attach()
    assert frontend.run(CODE).result == "33"
