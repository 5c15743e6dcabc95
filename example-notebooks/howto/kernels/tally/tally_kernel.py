"""A kernel for the till: each line is a thing and its price in cents."""

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel


class TallyKernel(Kernel):
    implementation = "tally"
    implementation_version = "1.0"
    banner = "Tally adds up what is in the basket"
    language_info = {"name": "tally", "mimetype": "text/plain", "file_extension": ".tally"}

    async def do_execute(self, code, silent, store_history=True,
                         user_expressions=None, allow_stdin=False, **_):
        try:
            lines = [line.rsplit(maxsplit=1) for line in code.splitlines() if line.strip()]
            total = sum(int(price) for _, price in lines)
        except ValueError as error:
            self.send_response(self.iopub_socket, "error", {
                "ename": "NoPrice", "evalue": str(error), "traceback": [f"NoPrice: {error}"]})
            return {"status": "error", "execution_count": self.execution_count,
                    "ename": "NoPrice", "evalue": str(error), "traceback": []}
        if not silent:
            self.send_response(self.iopub_socket, "stream", {
                "name": "stdout", "text": f"{len(lines)} things, {total / 100:.2f} EUR\n"})
        return {"status": "ok", "execution_count": self.execution_count,
                "payload": [], "user_expressions": {}}


if __name__ == "__main__":
    IPKernelApp.launch_instance(kernel_class=TallyKernel)
