"""AWS for the tests: moto behind a gate that checks every signature and policy.

    server.py PORT

The gate adds what moto lacks and the tests need:

* an access key that starts with LAB may do everything; the key of an IAM user or of an assumed
  role may do what its policies allow, to the resource (iam.py); any other key is refused;
* faults, for one access key: POST /lab/faults {"key", "action", "error", "status", "headers", "times", "delay"};
* the calls that one access key made: GET /lab/calls?key=LABx.

Where moto differs from AWS, fixes.py sets it right.
"""

import json
import signal
import sys
import threading
import time
from urllib.parse import parse_qs

from werkzeug.serving import run_simple

import fixes
import iam
from call import Call
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app


class Gate:
    def __init__(self, app):
        self.app = app
        self.lock = threading.Lock()
        self.turn = threading.Lock()  # one call of moto at a time: of writers at once, AWS lets one win
        self.faults = []
        self.calls = []

    def __call__(self, environ, start_response):
        if environ["PATH_INFO"].startswith("/lab/"):
            return self.control(environ, start_response)
        call = Call(environ)
        if not call.is_signed:
            return self.app(environ, start_response)
        fault = self.note(call)
        if fault:
            time.sleep(fault.get("delay", 0) / 1000)
        answer = fault_answer(call, fault) or iam.refusal(call)
        if answer:
            return call.refuse(start_response, *answer)
        with self.turn:
            return self.app(environ, fixes.statuses(call, start_response))

    def note(self, call):
        """Writes the call down and gives the fault that is planted for it, if any."""
        with self.lock:
            self.calls.append({"key": call.access_key, "action": call.action, "resources": call.names})
            for fault in self.faults:
                if fault["key"] == call.access_key and fault.get("action", call.action) == call.action and fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return None

    def control(self, environ, start_response):
        with self.lock:
            if environ["REQUEST_METHOD"] == "POST":
                body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
                self.faults.append({"times": 1, **json.loads(body)})
                answer = {}
            else:
                (key,) = parse_qs(environ["QUERY_STRING"])["key"]
                answer = [call for call in self.calls if call["key"] == key]
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]


def fault_answer(call, fault):
    if not fault or "error" not in fault:
        return None
    return fault.get("status", 400), fault["error"], "a fault that the test asked for", fault.get("headers", {})


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    fixes.apply()
    gate = Gate(DomainDispatcherApplication(create_backend_app))
    run_simple("127.0.0.1", int(sys.argv[1]), gate, threaded=True, request_handler=MotoRequestHandler)
