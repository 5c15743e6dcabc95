"""A small Jupyter kernel for Ruby, in one class.

Jupyter speaks to this process; this process speaks to a Ruby process
(worker.rb) in lines of JSON. Code goes in on the worker's standard input,
frames come back on a pipe of their own, so that nothing the code prints can be
mistaken for one of them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

WORKER = Path(__file__).with_name("worker.rb")


class RubyKernel(Kernel):
    implementation = "ruby_kernel"
    implementation_version = "1.0"
    banner = "Ruby, driven by a small wrapper kernel"
    language_info = {
        "name": "ruby",
        "mimetype": "text/x-ruby",
        "file_extension": ".rb",
        "codemirror_mode": "ruby",
        "pygments_lexer": "ruby",
    }

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self._start()

    def _start(self):
        read_end, write_end = os.pipe()
        self._ruby = subprocess.Popen(
            ["ruby", str(WORKER), str(write_end)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[write_end],
            text=True,
        )
        os.close(write_end)
        self._frames = os.fdopen(read_end, encoding="utf-8")

    def _next_frame(self):
        while True:
            try:
                line = self._frames.readline()
            except KeyboardInterrupt:
                continue  # Ruby was interrupted too, and reports it as an error
            return json.loads(line) if line else None

    async def do_execute(self, code, silent, store_history=True,
                         user_expressions=None, allow_stdin=False, **_):
        request = {"code": code, "name": f"In[{self.execution_count}]"}
        self._ruby.stdin.write(json.dumps(request) + "\n")
        self._ruby.stdin.flush()

        reply = {"status": "ok", "payload": [], "user_expressions": {}}
        while True:
            frame = self._next_frame()
            if frame is None:
                self._start()
                frame = {"type": "error", "ename": "WorkerDied",
                         "evalue": "Ruby ended; a new one was started",
                         "traceback": ["Ruby ended; a new one was started"]}
                last = True
            else:
                last = False
            kind = frame.pop("type")
            if kind == "done":
                break
            if kind == "execute_result":
                frame.update(execution_count=self.execution_count, metadata={})
            if kind == "error":
                reply = {"status": "error", **frame}
            if not silent:
                self.send_response(self.iopub_socket, kind, frame)
            if last:
                break
        return {**reply, "execution_count": self.execution_count}

    def do_shutdown(self, restart):
        self._ruby.stdin.close()
        self._ruby.wait(timeout=5)
        return {"status": "ok", "restart": restart}


if __name__ == "__main__":
    sys.argv[0] = "ruby_kernel"
    IPKernelApp.launch_instance(kernel_class=RubyKernel)
