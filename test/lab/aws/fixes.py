"""Where moto 5.2.5 differs from AWS in what the tests look at. Source: the API references of both services."""

from moto.secretsmanager.models import SecretsManagerBackend
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

MOST_BYTES = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}


def apply():
    add_selectors()
    add_size_limits()
    read_current_version()


def statuses(call, start_response):
    """AWS answers a missing secret with 400; moto with 404."""
    def start(status, headers, *rest):
        is_wrong = call.speaks_json and status.startswith("404")
        return start_response("400 Bad Request" if is_wrong else status, headers, *rest)

    return start


def add_selectors():
    """`NAME:3` and `NAME:label` come back with Selector `:3` and `:label`."""
    def get_parameters(self):
        asked, decrypt = self._get_param("Names"), self._get_param("WithDecryption")
        found = self.ssm_backend.get_parameters(asked)
        parameters = [with_selector(name, p.response_object(decrypt, self.region)) for name, p in found.items()]
        return ActionResult({"Parameters": parameters, "InvalidParameters": [n for n in asked if n not in found]})

    def get_parameter(self):
        result = get_one(self)
        with_selector(self._get_param("Name"), result.result["Parameter"])
        return result

    from moto.core.responses import ActionResult

    get_one = SimpleSystemManagerResponse.get_parameter
    SimpleSystemManagerResponse.get_parameter = get_parameter
    SimpleSystemManagerResponse.get_parameters = get_parameters


def with_selector(name, parameter):
    rest = name.split(":parameter", 1)[-1] if name.startswith("arn:") else name
    if ":" in rest:
        parameter["Selector"] = ":" + rest.split(":", 1)[1]
    return parameter


def add_size_limits():
    put = SimpleSystemManagerBackend.put_parameter

    def put_parameter(self, name, description, value, *rest, tier=None, **others):
        most = MOST_BYTES.get(tier or "Standard", 4096)
        if len((value or "").encode()) > most:
            raise ValidationException(f"The parameter value exceeds the maximum limit of {most} bytes.")
        return put(self, name, description, value, *rest, tier=tier, **others)

    SimpleSystemManagerBackend.put_parameter = put_parameter


def read_current_version():
    """Without a version or stage the answer is AWSCURRENT, also after UpdateSecretVersionStage moved it."""
    get = SecretsManagerBackend.get_secret_value

    def get_secret_value(self, secret_id, version_id=None, version_stage=None):
        named = version_id or version_stage or self.secrets.get(secret_id) is None
        stage = version_stage if named or not has_current(self.secrets.get(secret_id)) else "AWSCURRENT"
        return get(self, secret_id, version_id, stage)

    SecretsManagerBackend.get_secret_value = get_secret_value


def has_current(secret):
    return any("AWSCURRENT" in version["version_stages"] for version in secret.versions.values())
