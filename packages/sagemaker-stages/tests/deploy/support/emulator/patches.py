"""The patches of moto. The head of launcher.py lists them."""

import hashlib
import json
import os
import re
import uuid
from enum import Enum
from urllib.parse import parse_qs, unquote


class Faults:
    """Faults that the tests inject."""

    endpoint_updates = False


def apply_patches(faults):
    patch_api_gateway()
    patch_sagemaker(faults)
    patch_iam()
    patch_s3()
    patch_lambda()
    patch_cloudfront()
    patch_application_auto_scaling()
    patch_budgets()
    patch_ec2()
    patch_acm()
    patch_route53()
    patch_cognito()
    patch_cloudwatch()


def patch_api_gateway():
    from moto.apigateway.models import APIGatewayBackend

    put_integration = APIGatewayBackend.put_integration

    def put_any_integration(self, *args, uri=None, integration_method=None, **kwargs):
        return put_integration(self, *args, uri=uri, integration_method=integration_method, **kwargs)

    APIGatewayBackend.put_integration = put_any_integration

    put_rest_api = APIGatewayBackend.put_rest_api

    def put_whole_rest_api(self, function_id, api_doc, *args, **kwargs):
        api = put_rest_api(self, function_id, api_doc, *args, **kwargs)
        schemes = api_doc.get("components", {}).get("securitySchemes", {})
        for path, operations in api_doc["paths"].items():
            resource = api.get_resource_for_path(path)
            for verb, operation in operations.items():
                method = resource.resource_methods[verb.upper()]
                used = [schemes[name] for choice in operation.get("security", []) for name in choice]
                signed = any(scheme.get("x-amazon-apigateway-authtype") == "awsSigv4" for scheme in used)
                keyed = any(scheme["name"].lower() == "x-api-key" for scheme in used)
                method.authorization_type = "AWS_IAM" if signed else "NONE"
                method.api_key_required = keyed
        api.gateway_responses = {}
        for kind, response in api_doc.get("x-amazon-apigateway-gateway-responses", {}).items():
            api.put_gateway_response(
                kind,
                response.get("statusCode"),
                response.get("responseParameters"),
                response.get("responseTemplates"),
            )
        # https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-binary-media-types.html
        api.binaryMediaTypes = list(api_doc.get("x-amazon-apigateway-binary-media-types", []))
        return api

    APIGatewayBackend.put_rest_api = put_whole_rest_api
    patch_default_address()
    patch_usage_plans()


def patch_default_address():
    from moto.apigateway.models import RestAPI

    apply_operations = RestAPI.apply_patch_operations

    def apply_with_false(self, operations):
        apply_operations(self, operations)
        for operation in operations:
            if operation["path"] == "/disableExecuteApiEndpoint":
                self.disableExecuteApiEndpoint = operation["value"] == "true"

    RestAPI.apply_patch_operations = apply_with_false


METHOD_LIMIT = re.compile(r"^/apiStages/([^/]+)/throttle/(.+)/(rateLimit|burstLimit)$")


def patch_usage_plans():
    from moto.apigateway.models import UsagePlan

    apply_operations = UsagePlan.apply_patch_operations

    def apply_all_operations(self, operations):
        others = []
        for operation in operations:
            kind, path, value = operation["op"], operation["path"], operation.get("value")
            limit = METHOD_LIMIT.match(path)
            if limit is not None:
                stage, method, name = limit.groups()
                method = "/" + method.replace("~1", "/").lstrip("/")
                limits = stage_of(self, stage).setdefault("throttle", {}).setdefault(method, {})
                limits[name] = float(value) if name == "rateLimit" else int(value)
            elif path == "/apiStages" and kind == "remove":
                self.api_stages.remove(stage_of(self, value))
            elif path == "/apiStages" and kind == "add":
                api, stage = value.split(":")
                self.api_stages.append({"apiId": api, "stage": stage})
            elif path == "/quota/limit":
                self.quota["limit"] = int(value)
            elif path == "/quota/offset":
                self.quota["offset"] = int(value)
            else:
                others.append(operation)
        apply_operations(self, others)

    def stage_of(plan, name):
        return next(one for one in plan.api_stages if f"{one['apiId']}:{one['stage']}" == name)

    UsagePlan.apply_patch_operations = apply_all_operations


def patch_cloudwatch():
    from moto.cloudwatch.exceptions import ValidationError
    from moto.cloudwatch.models import CloudWatchBackend
    from moto.cloudwatch.responses import CloudWatchResponse

    delete_alarms = CloudWatchBackend.delete_alarms

    def delete_unused_alarms(self, alarm_names):
        """As in AWS, a composite alarm keeps the alarms that its rule names."""
        for name in alarm_names:
            users = [
                alarm.name
                for alarm in self.alarms.values()
                if alarm.name not in alarm_names and f'("{name}")' in (alarm.rule or "")
            ]
            if users:
                raise ValidationError(f"Cannot delete {name} as there are composite alarm(s) depending on it.")
        delete_alarms(self, alarm_names)

    CloudWatchBackend.delete_alarms = delete_unused_alarms

    put_metric_alarm = CloudWatchBackend.put_metric_alarm

    def put_alarm(self, *args, rule=None, **kwargs):
        """As in AWS, a composite alarm names only alarms that exist."""
        missing = [name for name in re.findall(r'\("([^"]+)"\)', rule or "") if name not in self.alarms]
        if missing:
            raise ValidationError(f"Could not save the composite alarm as alarms {missing} in the alarm rule do not exist")
        return put_metric_alarm(self, *args, rule=rule, **kwargs)

    CloudWatchBackend.put_metric_alarm = put_alarm
    # moto's alarms can have a rule, and its PutMetricAlarm reads the rule.
    CloudWatchResponse.put_composite_alarm = CloudWatchResponse.put_metric_alarm


def patch_acm():
    from moto import settings

    # ACM validates a certificate some minutes after the record exists. The tests do not wait.
    settings.ACM_VALIDATION_WAIT = 0


def patch_route53():
    from moto.route53.models import FakeZone, Route53Backend

    get_hosted_zone = Route53Backend.get_hosted_zone

    def get_example_zone(self, id_):
        """The hosted zone of the examples exists before the first apply, as in the account of a team."""
        zone = id_.replace("/hostedzone/", "")
        if zone == "Z0123456789EXAMPLE" and zone not in self.zones:
            self.zones[zone] = FakeZone("models.example.com.", zone, private_zone=False, caller_reference="example")
        return get_hosted_zone(self, id_)

    Route53Backend.get_hosted_zone = get_example_zone

    change_record_sets = Route53Backend.change_resource_record_sets

    def change_and_forget(self, zoneid, change_list):
        """A deleted record can be created again, as in AWS."""
        deleted = [key_of(change) for change in change_list if change["Action"] == "DELETE"]
        change_record_sets(self, zoneid, change_list)
        journal = self.get_hosted_zone(zoneid).rr_changes
        journal[:] = [change for change in journal if key_of(change) not in deleted]

    def key_of(change):
        record = change["ResourceRecordSet"]
        return record["Name"].strip("."), record["Type"]

    Route53Backend.change_resource_record_sets = change_and_forget


def patch_cognito():
    from moto.cognitoidentity.exceptions import ResourceNotFoundError
    from moto.cognitoidentity.models import CognitoIdentityPool
    from moto.cognitoidentity.responses import CognitoIdentityResponse
    from moto.cognitoidp.models import CognitoIdpUserPool
    from moto.cognitoidp.responses import CognitoIdpResponse

    def pool_of(response):
        return known_pool(response.backend.identity_pools, response._get_param("IdentityPoolId"))

    def known_pool(pools, pool_id):
        if pool_id not in pools:
            raise ResourceNotFoundError(f"IdentityPool '{pool_id}' not found.")
        return pools[pool_id]

    def set_identity_pool_roles(self):
        """As in AWS, the roles of a request replace all roles."""
        pool_of(self).roles = {
            "Roles": self._get_param("Roles"),
            "RoleMappings": self._get_param("RoleMappings") or {},
        }
        return ""

    def get_identity_pool_roles(self):
        roles = getattr(pool_of(self), "roles", {})
        return json.dumps({"IdentityPoolId": self._get_param("IdentityPoolId"), **roles})

    CognitoIdentityResponse.set_identity_pool_roles = set_identity_pool_roles
    CognitoIdentityResponse.get_identity_pool_roles = get_identity_pool_roles

    to_json = CognitoIdentityPool.to_json

    def to_whole_json(self):
        return json.dumps({**json.loads(to_json(self)), "AllowClassicFlow": getattr(self, "classic_flow", False)})

    CognitoIdentityPool.to_json = to_whole_json

    def remember_flow(name):
        method = getattr(CognitoIdentityResponse, name)

        def change(self):
            pool = json.loads(method(self))
            changed = self.backend.identity_pools[pool["IdentityPoolId"]]
            changed.classic_flow = bool(self._get_param("AllowClassicFlow"))
            return changed.to_json()

        setattr(CognitoIdentityResponse, name, change)

    remember_flow("create_identity_pool")
    remember_flow("update_identity_pool")

    def tags_of_identity_pool(self):
        pool = known_pool(self.backend.identity_pools, self._get_param("ResourceArn").rpartition("/")[2])
        return pool.tags

    def tags_of_user_pool(self):
        pool = self.backend.describe_user_pool(self._get_param("ResourceArn").rpartition("/")[2])
        return pool.extended_config.setdefault("UserPoolTags", {})

    def tag_with(klass, tags_of):
        def tag_resource(self):
            tags_of(self).update(self._get_param("Tags"))
            return "{}"

        def untag_resource(self):
            for name in self._get_param("TagKeys"):
                tags_of(self).pop(name, None)
            return "{}"

        def list_tags_for_resource(self):
            return json.dumps({"Tags": tags_of(self)})

        klass.tag_resource = tag_resource
        klass.untag_resource = untag_resource
        klass.list_tags_for_resource = list_tags_for_resource

    tag_with(CognitoIdentityResponse, tags_of_identity_pool)
    tag_with(CognitoIdpResponse, tags_of_user_pool)

    update_extended_config = CognitoIdpUserPool.update_extended_config

    def update_known_config(self, config):
        """An update keeps what it cannot change: the attributes of the users' names, and the tags, which have own operations."""
        kept = getattr(self, "extended_config", {})
        update_extended_config(self, config)
        fixed = ("UsernameAttributes", "UsernameConfiguration", "AliasAttributes", "UserPoolTags")
        self.extended_config.update({name: kept[name] for name in fixed if name in kept and name not in config})

    CognitoIdpUserPool.update_extended_config = update_known_config


def patch_sagemaker(faults):
    from moto.core.responses import ActionResult
    from moto.sagemaker.exceptions import ValidationError
    from moto.sagemaker.models import FakeEndpointConfig, SageMakerModelBackend
    from moto.sagemaker.responses import SageMakerResponse
    from operations import model_of

    def update_endpoint(self):
        def is_async(name):
            return bool(backend.endpoint_configs[name].async_inference_config)

        name, configuration = self._get_param("EndpointName"), self._get_param("EndpointConfigName")
        backend = self.sagemaker_backend
        backend.describe_endpoint(name)
        backend.describe_endpoint_config(configuration)
        endpoint = backend.endpoints[name]
        # https://github.com/aws/sagemaker-python-sdk/pull/3124
        if is_async(endpoint.endpoint_config_name) and not is_async(configuration):
            raise ValidationError(message="The AsyncInferenceConfig parameter cannot be removed from this endpoint.")
        # An update that SageMaker rolls back leaves the endpoint in service, with the old configuration.
        if not faults.endpoint_updates:
            endpoint.endpoint_config_name = configuration
        return ActionResult({"EndpointArn": endpoint.arn})

    SageMakerResponse.update_endpoint = update_endpoint

    def refuse_second(method, kind, parameter, existing):
        create = getattr(SageMakerModelBackend, method)

        def create_once(self, *args, **kwargs):
            name = kwargs[parameter]
            if name in getattr(self, existing):
                raise ValidationError(message=f"Cannot create already existing {kind} \"{name}\".")
            return create(self, *args, **kwargs)

        setattr(SageMakerModelBackend, method, create_once)

    refuse_second("create_model", "model", "model_name", "_models")
    refuse_second("create_endpoint_config", "endpoint configuration", "endpoint_config_name", "endpoint_configs")
    refuse_second("create_endpoint", "endpoint", "endpoint_name", "endpoints")

    instance_types = model_of("sagemaker").shape_for("ProductionVariantInstanceType").enum

    def validate_instance_type(self, instance_type):
        if instance_type not in instance_types:
            raise ValidationError(message=f"Value '{instance_type}' at 'instanceType' failed to satisfy constraint")

    FakeEndpointConfig.validate_instance_type = validate_instance_type

    create_model = SageMakerResponse.create_model

    def create_whole_model(self):
        answer = create_model(self)
        model = self.sagemaker_backend.describe_model(self._get_param("ModelName"))
        # A change of these arguments replaces a model in Terraform. Without this patch, every plan replaces the model.
        model.enable_network_isolation = bool(self._get_param("EnableNetworkIsolation"))
        model.inference_execution_config = self._get_param("InferenceExecutionConfig") or {}
        return answer

    SageMakerResponse.create_model = create_whole_model

    def without_empty(describe):
        original = getattr(SageMakerResponse, describe)

        def describe_without_empty(self):
            answer = original(self)
            answer._result = {name: value for name, value in answer._result.items() if value != {}}
            return answer

        setattr(SageMakerResponse, describe, describe_without_empty)

    for describe in ("describe_model", "describe_endpoint_config", "describe_endpoint"):
        without_empty(describe)

    describe_model = SageMakerResponse.describe_model

    def describe_whole_model(self):
        answer = describe_model(self)
        network = self.sagemaker_backend.describe_model(self._get_param("ModelName")).vpc_config
        if network:
            answer._result["VpcConfig"] = network
        return answer

    SageMakerResponse.describe_model = describe_whole_model

    deployments = {}

    def remember_deployment(name):
        method = getattr(SageMakerResponse, name)

        def call_and_remember(self):
            answer = method(self)
            deployments[self._get_param("EndpointName")] = self._get_param("DeploymentConfig")
            return answer

        setattr(SageMakerResponse, name, call_and_remember)

    for name in ("create_endpoint", "update_endpoint"):
        remember_deployment(name)

    def add_deployed_images(backend, described):
        configuration = backend.endpoint_configs.get(described["EndpointConfigName"])
        variants = configuration.production_variants if configuration else []
        models = {variant["VariantName"]: backend._models.get(variant["ModelName"]) for variant in variants}
        for variant in described.get("ProductionVariants") or []:
            model = models.get(variant["VariantName"])
            if model is None:
                continue
            containers = [model.primary_container] if model.primary_container else model.containers
            variant["DeployedImages"] = [
                {"SpecifiedImage": image, "ResolvedImage": resolved(image)}
                for image in (container.get("Image") for container in containers)
                if image
            ]

    def resolved(image):
        if "@" in image:
            return image
        # No registry exists: the digest of an image is the digest of its address.
        return f"{image.rpartition(':')[0]}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"

    describe_endpoint = SageMakerResponse.describe_endpoint

    def describe_deployment(self):
        answer = describe_endpoint(self)
        if deployments.get(self._get_param("EndpointName")):
            answer._result["LastDeploymentConfig"] = deployments[self._get_param("EndpointName")]
        add_deployed_images(self.sagemaker_backend, answer._result)
        return answer

    SageMakerResponse.describe_endpoint = describe_deployment


def patch_iam():
    from moto.iam.exceptions import NotFoundException
    from moto.iam.models import IAMBackend

    def require(self, boundary):
        if boundary and boundary not in self.managed_policies:
            raise NotFoundException(f"Scope ARN: {boundary} does not exist or is not attachable.")

    create_role, put_boundary = IAMBackend.create_role, IAMBackend.put_role_permissions_boundary

    def create_within_boundary(self, role_name, trust, path, permissions_boundary, *args, **kwargs):
        require(self, permissions_boundary)
        return create_role(self, role_name, trust, path, permissions_boundary, *args, **kwargs)

    def put_known_boundary(self, role_name, permissions_boundary):
        require(self, permissions_boundary)
        return put_boundary(self, role_name, permissions_boundary)

    IAMBackend.create_role = create_within_boundary
    IAMBackend.put_role_permissions_boundary = put_known_boundary


def patch_s3():
    from moto.iam.access_control import PermissionResult
    from moto.s3.exceptions import PreconditionFailed
    from moto.s3.models import FakeBucket
    from moto.s3.responses import S3Response

    FakeBucket.get_permission = lambda self, action, resource: PermissionResult.NEUTRAL

    copy_object = S3Response.copy_object

    def copy_expected_object(self):
        expected = self.headers.get("x-amz-copy-source-if-match")
        if expected:
            bucket, key = unquote(self.headers["x-amz-copy-source"]).lstrip("/").split("/", 1)
            source = self.backend.get_object(bucket, key)
            if source is not None and expected.strip('"') != source.etag.strip('"'):
                raise PreconditionFailed(failed_condition="x-amz-copy-source-If-Match")
        return copy_object(self)

    S3Response.copy_object = copy_expected_object


def patch_lambda():
    from moto.awslambda.models import LambdaFunction

    init, get_configuration, update = (
        LambdaFunction.__init__,
        LambdaFunction.get_configuration,
        LambdaFunction.update_configuration,
    )

    def init_with_logging(self, account_id, spec, *args, **kwargs):
        init(self, account_id, spec, *args, **kwargs)
        self.logging_config = spec.get("LoggingConfig")

    def get_configuration_with_logging(self, *args, **kwargs):
        default = {"LogFormat": "Text", "LogGroup": f"/aws/lambda/{self.function_name}"}
        return {**get_configuration(self, *args, **kwargs), "LoggingConfig": self.logging_config or default}

    def update_logging(self, config_updates):
        self.logging_config = config_updates.get("LoggingConfig", self.logging_config)
        return {**update(self, config_updates), "LoggingConfig": self.logging_config}

    LambdaFunction.__init__ = init_with_logging
    LambdaFunction.get_configuration = get_configuration_with_logging
    LambdaFunction.update_configuration = update_logging


def patch_cloudfront():
    from moto.cloudfront.models import DefaultCacheBehaviour, Distribution, Origin, ViewerCertificate

    init_distribution = Distribution.__init__

    def init_with_arn(self, *args, **kwargs):
        init_distribution(self, *args, **kwargs)
        self.arn = self.arn.replace(":cloudfront:", ":cloudfront::")

    Distribution.__init__ = init_with_arn

    def after_init(klass, correct):
        init = klass.__init__

        def init_and_correct(self, config):
            requested = dict(config)
            init(self, config)
            correct(self, requested)

        klass.__init__ = init_and_correct

    def forward_only_requested_values(behaviour, requested):
        behaviour.forwarded_values = behaviour.forwarded_values if requested.get("ForwardedValues") else None

    def keep_access_control(origin, requested):
        origin.origin_access_control_id = requested.get("OriginAccessControlId")

    def keep_support_method(certificate, requested):
        certificate.ssl_support_method = requested.get("SSLSupportMethod")
        if requested.get("ACMCertificateArn"):
            certificate.cloud_front_default_certificate = False

    after_init(DefaultCacheBehaviour, forward_only_requested_values)
    after_init(Origin, keep_access_control)
    after_init(ViewerCertificate, keep_support_method)


def patch_application_auto_scaling():
    from moto.applicationautoscaling import models, responses

    known = {dimension.name: dimension.value for dimension in models.ScalableDimensionValueSet}
    known["SAGEMAKER_PROVISIONED_CONCURRENCY"] = "sagemaker:variant:DesiredProvisionedConcurrency"
    dimensions = Enum("ScalableDimensionValueSet", known)
    models.ScalableDimensionValueSet = responses.ScalableDimensionValueSet = dimensions

    tags = {}
    response = responses.ApplicationAutoScalingResponse
    register = response.register_scalable_target

    def register_with_tags(self):
        answer = register(self)
        tags.setdefault(json.loads(answer)["ScalableTargetARN"], {}).update(self._get_param("Tags", {}))
        return answer

    def list_tags(self):
        return json.dumps({"Tags": tags.get(self._get_param("ResourceARN"), {})})

    def tag(self):
        tags[self._get_param("ResourceARN")].update(self._get_param("Tags"))
        return "{}"

    def untag(self):
        for key in self._get_param("TagKeys"):
            tags[self._get_param("ResourceARN")].pop(key, None)
        return "{}"

    response.register_scalable_target = register_with_tags
    response.list_tags_for_resource = list_tags
    response.tag_resource = tag
    response.untag_resource = untag


def patch_budgets():
    from datetime import datetime, timezone

    from moto.budgets import models, responses

    tags = {}
    response = responses.BudgetsResponse
    create = response.create_budget
    delete = response.delete_budget
    init = models.Budget.__init__

    def arn_of(self, name):
        return f"arn:aws:budgets::{self._get_param('AccountId')}:budget/{name}"

    def budget_of(self):
        return self.backend.budgets[self._get_param("AccountId")][self._get_param("BudgetName")]

    def init_with_month(self, budget, notifications):
        if "TimePeriod" not in budget:
            first = datetime.now(timezone.utc).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
            budget["TimePeriod"] = {"Start": first.timestamp(), "End": 3706473600}
        init(self, budget, notifications)

    def create_with_tags(self):
        name = self._get_param("Budget")["BudgetName"]
        added = self._get_param("ResourceTags") or []
        tags[arn_of(self, name)] = {tag["Key"]: tag["Value"] for tag in added}
        return create(self)

    def delete_with_tags(self):
        tags.pop(arn_of(self, self._get_param("BudgetName")), None)
        return delete(self)

    def update_budget(self):
        changed = self._get_param("NewBudget")
        kept = self.backend.budgets[self._get_param("AccountId")][changed["BudgetName"]].budget
        kept.update(changed)
        return "{}"

    def describe_subscribers(self):
        wanted = self._get_param("Notification")
        key = lambda details: (details["NotificationType"], float(details["Threshold"]))
        found = [one for one in budget_of(self).notifications if key(one.details) == key(wanted)]
        return json.dumps({"Subscribers": [subscriber for one in found for subscriber in one.subscribers]})

    def list_tags(self):
        kept = tags.get(self._get_param("ResourceARN"), {})
        return json.dumps({"ResourceTags": [{"Key": name, "Value": value} for name, value in kept.items()]})

    def tag(self):
        kept = tags.setdefault(self._get_param("ResourceARN"), {})
        kept.update({tag["Key"]: tag["Value"] for tag in self._get_param("ResourceTags")})
        return "{}"

    def untag(self):
        for name in self._get_param("ResourceTagKeys"):
            tags[self._get_param("ResourceARN")].pop(name, None)
        return "{}"

    models.Budget.__init__ = init_with_month
    response.create_budget = create_with_tags
    response.delete_budget = delete_with_tags
    response.update_budget = update_budget
    response.describe_subscribers_for_notification = describe_subscribers
    response.list_tags_for_resource = list_tags
    response.tag_resource = tag
    response.untag_resource = untag


def patch_ec2():
    from moto.ec2.models.security_groups import SecurityGroupRule

    init = SecurityGroupRule.__init__

    def init_with_description(self, *args, **kwargs):
        init(self, *args, **kwargs)
        # The target is a range of addresses, another group or a prefix list.
        target = next((target for target in args[5:8] if target), {})
        if "Description" in target:
            self.ip_range["Description"] = target["Description"]

    SecurityGroupRule.__init__ = init_with_description


def answer_api_gateway_tags(operation, body, environ, start_response):
    """Tags of API Gateway's APIs, stages, keys and usage plans, under the ARN that the path ends with."""
    from control import respond
    from moto.apigateway.models import apigateway_backends

    backend = apigateway_backends[os.environ["MOTO_ACCOUNT_ID"]][operation["region"]]
    parts = unquote(operation["path"]).split("::/")[1].split("/")
    kept = {"restapis": backend.apis, "apikeys": backend.keys, "usageplans": backend.usage_plans}[parts[0]]
    tagged = kept[parts[1]]
    if parts[2:3] == ["stages"]:
        tagged = tagged.stages[parts[3]]
    removed = parse_qs(environ.get("QUERY_STRING", "")).get("tagKeys", [])
    added = json.loads(body).get("tags", {}) if operation["operation"] == "TagResource" else {}
    tags = {name: value for name, value in (tagged.tags or {}).items() if name not in removed}
    tagged.tags = {**tags, **added}
    return respond(start_response, 204, b"")


HEADERS_POLICIES = {}


def answer_headers_policies(operation, body, start_response):
    """CloudFront's response headers policies: the emulator answers with the document that it received."""
    from control import respond

    name, policy_id = operation["operation"], operation["parameters"].get("Id")
    if name == "CreateResponseHeadersPolicy":
        policy_id = str(uuid.uuid4())
    elif policy_id not in HEADERS_POLICIES:
        return respond(
            start_response,
            404,
            b"<ErrorResponse><Error><Code>NoSuchResponseHeadersPolicy</Code></Error></ErrorResponse>",
            "text/xml",
        )
    if name.startswith(("Create", "Update")):
        HEADERS_POLICIES[policy_id] = re.sub(rb"<\?xml.*?\?>", b"", body)
    if name.startswith("Delete"):
        del HEADERS_POLICIES[policy_id]
        return respond(start_response, 204, b"", "text/xml")
    policy = (
        b'<?xml version="1.0"?><ResponseHeadersPolicy><Id>' + policy_id.encode() + b"</Id>"
        b"<LastModifiedTime>2026-01-01T00:00:00Z</LastModifiedTime>" + HEADERS_POLICIES[policy_id]
        + b"</ResponseHeadersPolicy>"
    )
    return respond(start_response, 200, policy, "text/xml", [("ETag", "E1")])
