"""One request to AWS, as the gate sees it: who asks, for which action, on what."""

import io
import json
import re
from urllib.parse import parse_qs

from moto.core import DEFAULT_ACCOUNT_ID

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


class Call:
    account = DEFAULT_ACCOUNT_ID

    def __init__(self, environ):
        self.environ = environ
        self.authorization = environ.get("HTTP_AUTHORIZATION", "")
        self.body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(self.body)
        scope = CREDENTIAL.search(self.authorization)
        self.is_signed = scope is not None
        self.access_key, self.region, self.service = scope.groups() if scope else ("", "", "")
        self.session_token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN")
        self.action, self.input = self._read_body()

    def _read_body(self):
        target = self.environ.get("HTTP_X_AMZ_TARGET")
        if target:
            self.speaks_json = True
            return target.split(".")[-1], _json(self.body)
        self.speaks_json = False
        form = {name: values[0] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}
        return form.get("Action", ""), form

    @property
    def names(self):
        """What the call is about: parameter names, a path, a secret; in the order asked."""
        asked = self.input
        many = asked.get("Names") or asked.get("SecretIdList")
        one = asked.get("Name") or asked.get("Path") or asked.get("SecretId")
        return many or ([one] if one else [])

    def refuse(self, start_response, status, code, message, headers=None):
        """Answers as AWS does: JSON for the JSON services, XML for IAM and STS."""
        if self.speaks_json:
            content_type, body = "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message})
        else:
            content_type = "text/xml"
            body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        start_response(f"{status} Refused", [("Content-Type", content_type), *(headers or {}).items()])
        return [body.encode()]


def _json(body):
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
