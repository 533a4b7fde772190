"""The suite that every Jupyter kernel is measured with."""

import jupyter_kernel_test


class TestConformance(jupyter_kernel_test.KernelTests):
    kernel_name = "echo-ts"
    language_name = "typescript"
    file_extension = ".ts"
    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    completion_samples = [
        {"text": "Math.flo", "matches": {"floor"}},
        {"text": "[1].fil", "matches": {"filter", "fill"}},
    ]
    complete_code_samples = ["1+1", "const x = {a: 1}", "for await (const x of y) {}"]
    incomplete_code_samples = ["function f() {", "let x = [", "`abc", "/* x", "a +"]
    invalid_code_samples = ["let x = ))", "'abc"]
    code_generate_error = "throw new Error('boom')"
    code_execute_result = [
        {"code": "1+2", "result": "3"},
        {"code": '"a"', "mime": "text/plain"},
        {"code": 'import { slowly } from "toy"; slowly("x")', "mime": "text/html"},
    ]
    code_display_data = [
        {"code": 'import { showHtml } from "toy"; showHtml("<b>x</b>")', "mime": "text/html"}
    ]
    code_history_pattern = "1?2*"
    supported_history_operations = ("tail", "range", "search")
    code_inspect_sample = "Math.floor"
    code_clear_output = 'import { clear } from "toy"; clear()'
    code_page_something = 'import { page } from "toy"; page("a manual")'
    support_iopub_welcome = True


del jupyter_kernel_test.KernelTests
