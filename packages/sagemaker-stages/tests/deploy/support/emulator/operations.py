"""Names the operation of a request to AWS, by botocore's models of the services."""

import json
import re
from urllib.parse import parse_qs, unquote
from xml.etree import ElementTree

import botocore.session

SESSION = botocore.session.get_session()
MODELS = {}


class UnknownOperation(Exception):
    """botocore's models do not describe the request."""


def name_operation(environ, body):
    """{"service", "operation", "region", "method", "path", "byTerraform", "parameters"} of a signed
    request. The parameters are plain values by their path, e.g. VpcConfig.SubnetIds.0.

    Raises UnknownOperation."""
    service, region = scope_of(environ.get("HTTP_AUTHORIZATION", ""))
    model = model_of(service)
    # PATH_INFO is decoded, so that a slash in a name looks like a slash between names.
    method, path = environ["REQUEST_METHOD"], environ["RAW_URI"].partition("?")[0]
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    protocol = protocol_of(model, environ)
    if protocol == "smithy-rpc-v2-cbor":
        operation, parameters = path.rpartition("/")[2], {}
    elif protocol in ("query", "ec2"):
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        operation = form.pop("Action", None)
        form.pop("Version", None)
        parameters = form
    elif protocol == "json":
        operation = environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
        parameters = json.loads(body or b"{}")
    else:
        operation, parameters = match_rest(model, method, path, query, environ)
        if protocol == "rest-json" and body.startswith(b"{"):
            parameters = {**json.loads(body), **parameters}
        # IAM evaluates conditions on records. No condition depends on the XML of other services.
        if service == "route53" and body.startswith(b"<"):
            parameters = {**record_of(body), **parameters}
    if operation not in model.operation_names:
        raise UnknownOperation(f"{service}: {method} {path}")
    return {
        "service": service,
        "operation": operation,
        "region": region,
        "method": method,
        "path": path,
        "byTerraform": "HashiCorp" in environ.get("HTTP_USER_AGENT", ""),
        "parameters": dict(plain_values(parameters)),
    }


def record_of(body):
    """{"Action", "Name", "Type"} of the only change in a ChangeResourceRecordSets request of the provider."""
    change = ElementTree.fromstring(body).find(".//{*}Change")
    if change is None:
        return {}
    record = change.find("{*}ResourceRecordSet")
    return {
        "Action": change.findtext("{*}Action"),
        "Name": record.findtext("{*}Name"),
        "Type": record.findtext("{*}Type"),
    }


def plain_values(value, path=""):
    if isinstance(value, (dict, list)):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            yield from plain_values(member, f"{path}.{name}" if path else name)
    elif is_plain(value):
        yield path, value


def is_plain(value):
    return isinstance(value, (str, int, float, bool)) and len(str(value)) <= 256


def scope_of(authorization):
    found = re.search(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request", authorization)
    if found is None:
        raise UnknownOperation("a request without a signature")
    return found[2], found[1]


def protocol_of(model, environ):
    """The protocol of a request. CloudWatch has several protocols, and clients use different ones."""
    protocol = model.metadata["protocol"]
    if protocol != "smithy-rpc-v2-cbor" or "/operation/" in environ["RAW_URI"]:
        return protocol
    return "json" if "HTTP_X_AMZ_TARGET" in environ else "query"


# Names of services in signatures that differ from botocore's names.
SIGNED_AS = {"monitoring": "cloudwatch"}


def model_of(service):
    if service not in MODELS:
        try:
            MODELS[service] = SESSION.get_service_model(SIGNED_AS.get(service, service))
        except Exception as error:
            raise UnknownOperation(f"the service {service}: {error}") from error
    return MODELS[service]


def match_rest(model, method, path, query, environ):
    """The operation with the method, the path and the literal query. If several operations match, the most specific one."""
    best = None
    for name in model.operation_names:
        operation = model.operation_model(name)
        http = operation.http
        template, _, literal = http["requestUri"].partition("?")
        if http["method"] != method:
            continue
        found = pattern_of(template).fullmatch(path)
        if found is None or operation.deprecated or not fits(literal, query):
            continue
        if not required_of_query(operation) <= set(query):
            continue
        # A header distinguishes a copy in S3 from an upload.
        if name == "CopyObject" and "HTTP_X_AMZ_COPY_SOURCE" not in environ:
            continue
        exactness = (len(parse_qs(literal, keep_blank_values=True)), len(re.sub(r"\{.*?\}", "", template)))
        exactness = (*exactness, name == "CopyObject", name == "ListObjectsV2")
        if best is None or exactness > best[0]:
            best = (exactness, name, found.groupdict())
    if best is None:
        return None, {}
    plain = {name: values[0] for name, values in query.items()}
    if best[1] == "CopyObject":
        # IAM also evaluates the source.
        plain["CopySource"] = unquote(environ["HTTP_X_AMZ_COPY_SOURCE"])
    return best[1], {**plain, **{name: unquote(value) for name, value in best[2].items()}}


def fits(literal, query):
    wanted = parse_qs(literal, keep_blank_values=True)
    return all(name in query and (value == [""] or query[name] == value) for name, value in wanted.items())


def required_of_query(operation):
    """The required parameters of the query. They distinguish AbortMultipartUpload from DeleteObject."""
    shape = operation.input_shape
    if shape is None:
        return set()
    return {
        member.serialization["name"]
        for name, member in shape.members.items()
        if name in shape.required_members and member.serialization.get("location") == "querystring"
    }


PATTERNS = {}


def pattern_of(template):
    """`/{Bucket}/{Key+}`: a name matches one part of the path, or with a plus all following parts."""
    if template not in PATTERNS:
        parts = re.split(r"\{(\w+)(\+?)\}", template)
        text = re.escape(parts[0])
        for name, greedy, literal in zip(parts[1::3], parts[2::3], parts[3::3]):
            text += f"(?P<{name}>{'.+' if greedy else '[^/]+'})" + re.escape(literal)
        PATTERNS[template] = re.compile(text.rstrip("/") + "/?")
    return PATTERNS[template]
