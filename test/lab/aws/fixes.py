"""Where moto 5.2.5 differs from AWS in what the tests look at. Source: the API references of both services."""

import json
import time

from moto.secretsmanager.exceptions import InvalidRequestException, SecretNotFoundException
from moto.secretsmanager.models import SecretsManagerBackend
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.ssm.exceptions import ValidationException
from moto.ssm.models import SimpleSystemManagerBackend
from moto.ssm.responses import SimpleSystemManagerResponse

MOST_BYTES = {"Standard": 4096, "Advanced": 8192, "Intelligent-Tiering": 8192}


def apply():
    add_selectors()
    add_size_limits()
    describe_by_fifty()
    read_current_version()
    move_current_version()
    date_versions()
    refuse_writes_to_deleted()


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


def describe_by_fifty():
    """Pages are as long as asked, at most 50, where moto always gives 10. Who wrote last is an ARN."""
    from moto.core.responses import ActionResult
    from moto.ssm.models import Parameter

    def describe_parameters(self):
        found = self.ssm_backend.describe_parameters(self._get_param("Filters"), self._get_param("ParameterFilters"))
        start, size = int(self._get_param("NextToken") or 0), self._get_param("MaxResults") or 50
        if size > 50:
            raise ValidationException("1 validation error detected: Value at 'maxResults' failed to satisfy constraint")
        shown = [p.describe_response_object(False) for p in found[start : start + size]]
        without_values = [{name: part for name, part in one.items() if name != "Value"} for one in shown]
        token = {"NextToken": str(start + size)} if start + size < len(found) else {}
        return ActionResult({"Parameters": without_values, **token})

    describe = Parameter.describe_response_object

    def describe_with_author(self, *args, **others):
        return {**describe(self, *args, **others), "LastModifiedUser": f"arn:aws:iam::{self.account_id}:user/lab"}

    SimpleSystemManagerResponse.describe_parameters = describe_parameters
    Parameter.describe_response_object = describe_with_author


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


def move_current_version():
    """What UpdateSecretVersionStage makes AWSCURRENT is what the next write makes AWSPREVIOUS."""
    move = SecretsManagerBackend.update_secret_version_stage

    def update_secret_version_stage(self, secret_id, version_stage, remove_from_version_id, move_to_version_id):
        result = move(self, secret_id, version_stage, remove_from_version_id, move_to_version_id)
        if version_stage == "AWSCURRENT" and move_to_version_id:
            self.secrets[secret_id].default_version_id = move_to_version_id
        return result

    SecretsManagerBackend.update_secret_version_stage = update_secret_version_stage


def date_versions():
    """Versions have the time of their making, and come by pages. A secret that does not exist has none."""
    def list_secret_version_ids(self):
        asked = self._get_param("SecretId")
        secret = self.backend.secrets.get(asked)
        if secret is None:
            raise SecretNotFoundException()
        refuse_if_deleted(secret)
        versions = [
            {"VersionId": name, "VersionStages": version["version_stages"], "CreatedDate": version["createdate"]}
            for name, version in secret.versions.items()
            if version["version_stages"] or self._get_param("IncludeDeprecated")
        ]
        start, size = int(self._get_param("NextToken") or 0), self._get_param("MaxResults") or 100
        token = {"NextToken": str(start + size)} if start + size < len(versions) else {}
        return json.dumps({"ARN": secret.arn, "Name": secret.name, "Versions": versions[start : start + size], **token})

    add = SecretsManagerBackend._add_secret

    def add_secret(self, *args, **others):
        secret, is_new = add(self, *args, **others)
        if is_new:
            list(secret.versions.values())[-1]["createdate"] = round(time.time(), 3)
        return secret, is_new

    SecretsManagerBackend._add_secret = add_secret
    SecretsManagerResponse.list_secret_version_ids = list_secret_version_ids


def refuse_writes_to_deleted():
    """Nothing is written to a secret that is marked for deletion, and none is made beside it."""
    put, create = SecretsManagerBackend.put_secret_value, SecretsManagerBackend.create_secret

    def put_secret_value(self, secret_id, *args, **others):
        refuse_if_deleted(self.secrets.get(secret_id))
        return put(self, secret_id, *args, **others)

    def create_secret(self, name, *args, **others):
        refuse_if_deleted(self.secrets.get(name))
        return create(self, name, *args, **others)

    SecretsManagerBackend.put_secret_value = put_secret_value
    SecretsManagerBackend.create_secret = create_secret


def refuse_if_deleted(secret):
    if secret is not None and secret.is_deleted():
        raise InvalidRequestException("You can't perform this operation on the secret because it was marked for deletion.")
