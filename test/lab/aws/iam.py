"""Who may do what: signatures, actions, and resources by ARN, which moto's own check leaves out."""

import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.iam.access_control import CreateAccessKeyFailure, IAMPolicy, create_access_key
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

UNRESTRICTED_SECRET = "lab-secret-access-key"  # of every access key LAB…
METADATA_KEY = ("test-key", "test-secret-key")  # what moto's instance metadata hands out
DEFAULT_KEYS = (None, "", "alias/aws/ssm", "alias/aws/secretsmanager")  # these need no kms:Decrypt of one's own


def refusal(call):
    """(status, code, message) where the call must not pass, else None."""
    try:
        principal = find_principal(call)
    except CreateAccessKeyFailure:
        return error(call, "UnrecognizedClientException", "InvalidClientTokenId", "The security token included in the request is invalid.")
    if signature(call, principal.create_credentials()) != signature_given(call):
        return error(call, "InvalidSignatureException", "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.")
    if isinstance(principal, Unrestricted) or call.action == "GetCallerIdentity":
        return None
    policies = [IAMPolicy(policy)._policy_json for policy in principal.collect_policies()]
    for action, resource in needed(call):
        if not allowed(policies, action, resource):
            message = f"User: {principal.arn} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action"
            return error(call, "AccessDeniedException", "AccessDenied", message)
    return None


class Unrestricted:
    def __init__(self, key, secret, token):
        self.credentials = Credentials(key, secret, token)

    def create_credentials(self):
        return self.credentials


def find_principal(call):
    if call.access_key.startswith("LAB"):
        return Unrestricted(call.access_key, UNRESTRICTED_SECRET, call.session_token)
    if call.access_key == METADATA_KEY[0]:
        return Unrestricted(*METADATA_KEY, call.session_token)
    headers = {"X-Amz-Security-Token": call.session_token} if call.session_token else {}
    return create_access_key(call.account, "aws", call.access_key, headers)


def error(call, json_code, query_code, message):
    return (400, json_code, message) if call.speaks_json else (403, query_code, message)


def signature_given(call):
    return re.search(r"Signature=([0-9a-f]+)", call.authorization).group(1)


def signature(call, credentials):
    signed = re.search(r"SignedHeaders=([^,]+)", call.authorization).group(1).split(";")
    headers = {name: header(call, name) for name in signed}
    url = f"http://{header(call, 'host')}{call.environ['RAW_URI']}"
    request = AWSRequest(method=call.environ["REQUEST_METHOD"], url=url, data=call.body, headers=headers)
    request.context["timestamp"] = header(call, "x-amz-date")
    auth = SigV4Auth(credentials, call.service, call.region)
    return auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)


def header(call, name):
    key = name.upper().replace("-", "_")
    return call.environ.get(key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}", "")


def allowed(policies, action, resource):
    """The IAM rule: an explicit deny wins, then an allow, else no."""
    effects = set()
    for policy in policies:
        for statement in as_list(policy["Statement"]):
            if covers(statement, action, resource):
                effects.add(statement["Effect"])
    return effects == {"Allow"}


def covers(statement, action, resource):
    if statement.get("Condition"):
        # Not understood here: an Allow does not count and a Deny does, so that no test passes by a gap of the lab.
        if statement["Effect"] == "Allow":
            return False
    return matches(statement, "Action", action.lower(), str.lower) and matches(statement, "Resource", resource, str)


def matches(statement, element, value, fold):
    if f"Not{element}" in statement:
        return not any(glob(fold(pattern), value) for pattern in as_list(statement[f"Not{element}"]))
    return any(glob(fold(pattern), value) for pattern in as_list(statement.get(element, [])))


def glob(pattern, value):
    expression = "".join(".*" if c == "*" else "." if c == "?" else re.escape(c) for c in pattern)
    return re.fullmatch(expression, value, re.DOTALL) is not None


def as_list(value):
    return value if isinstance(value, list) else [value]


def needed(call):
    """Pairs of action and resource ARN that the call asks for."""
    action = f"{call.service}:{call.action}"
    if call.service == "ssm" and call.names:
        return [(action, parameter_arn(call, name)) for name in call.names] + decryptions(call) + encryptions(call)
    if call.action == "BatchGetSecretValue":
        return [(action, "*")] + [("secretsmanager:GetSecretValue", secret_arn(call, name)) for name in call.names]
    if call.service == "secretsmanager" and call.names:
        return [(action, secret_arn(call, name)) for name in call.names]
    return [(action, call.input.get("RoleArn", "*"))]


def parameter_arn(call, name):
    if name.startswith("arn:"):
        return re.sub(r"(:parameter/[^:]*):.*", r"\1", name)
    return f"arn:aws:ssm:{call.region}:{call.account}:parameter/{name.split(':')[0].lstrip('/')}"


def decryptions(call):
    if not call.input.get("WithDecryption"):
        return []
    stored = ssm_backends[call.account][call.region]._parameters
    paths = [parameter_arn(call, name).split(":parameter", 1)[1] for name in call.names]
    below = call.action == "GetParametersByPath"
    versions = [v for name, v in stored.items() if f"/{name.lstrip('/')}" in paths or (below and name.startswith(paths[0].rstrip("/") + "/"))]
    keys = {v[-1].keyid for v in versions if v and v[-1].parameter_type == "SecureString"}
    return [("kms:Decrypt", key_arn(call, key)) for key in keys if key not in DEFAULT_KEYS]


def encryptions(call):
    if call.action != "PutParameter" or call.input.get("KeyId") in DEFAULT_KEYS:
        return []
    right = "kms:GenerateDataKey" if call.input.get("Tier") == "Advanced" else "kms:Encrypt"
    return [(right, key_arn(call, call.input["KeyId"]))]


def key_arn(call, key):
    backend = kms_backends[call.account][call.region]
    return backend.describe_key(backend.get_key_id_from_alias(key) or backend.get_key_id(key)).arn


def secret_arn(call, name):
    secret = secretsmanager_backends[call.account][call.region].secrets.get(name)
    return secret.arn if secret else f"arn:aws:secretsmanager:{call.region}:{call.account}:secret:{name}-??????"
