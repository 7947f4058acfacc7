import type * as z from "zod";
import {
  describeFault,
  type Fault,
  FaultCollector,
  raw,
  show,
  sortBySettings,
} from "../environment/fault-collector";
import { DEFAULT_ENVIRONMENT_VARIABLE_NAME } from "../environment/model-settings";
import { artifactsOf, containersOf, isInS3 } from "../environment/model-source";
import { checkEndpoint } from "../environment/rules/endpoint/endpoint-checks";
import { checkTarget } from "../environment/rules/endpoint/target-checks";
import { checkExistingFunction } from "../environment/rules/model/function-checks";
import { checkExistingVpc, checkNewVpc } from "../environment/rules/network-checks";
import { checkResourceTags } from "../environment/rules/tag-checks";
import { findSchemaFaults } from "../environment/schema-faults";
import { checkRules } from "../environment/settings/check-rules";
import { targetOf, targetVariables } from "../environment/settings/endpoint/targets";
import { omitUndefinedDeep } from "../lib/omit-undefined";
import { type NewFunction, notReserved } from "./function/new-function";
import {
  anyProps,
  type LambdaToSagemakerEndpointProps,
  type ParsedProps,
  props,
} from "./lambda-to-sagemaker-endpoint-props";
import { checkReferences, isReference, type LiteralFields } from "./terraform/references";

const LITERAL_FIELDS: LiteralFields = {
  name: "names of resources and statement ids contain the name",
  sagemakerEnvironmentVariableName: "the variable's name is a key in Terraform's code",
  newVpc: "the synthesis computes the subnets from this value",
  "newFunction.code.zipFile": "the synthesis reads the file",
  "newEndpoint.deployment.rollbackOn.modelLatencyInMs":
    "the synthesis computes the alarm's threshold from this value",
};

/** A location with a bucket and a key. Both can be references. */
const S3_LOCATION = /^s3:\/\/[^/]+\/./;

/** An id of a construct that a statement id can contain. */
const ID = /^[a-zA-Z0-9-]+$/;

/**
 * Parses the props of a construct.
 *
 * @param path - path of the construct, for messages
 * @param id - id of the construct
 * @throws Error with every fault
 */
export function parseProps(given: LambdaToSagemakerEndpointProps, path: string, id: string): ParsedProps {
  const present = omitUndefinedDeep(given);
  checkProps(anyProps, present, path, id);
  return props.parse(present);
}

/**
 * Checks the construct's props by the same rules as an environment's settings. References to other resources are accepted
 * if the synthesis does not need the value.
 *
 * @param schema - the schema of the props
 * @param props - without properties that are `undefined`
 * @param path - path of the construct, for messages
 * @param id - id of the construct
 * @throws Error with every fault
 */
function checkProps(
  schema: z.ZodType,
  props: LambdaToSagemakerEndpointProps,
  path: string,
  id: string,
): void {
  const faults = findShape(schema, props, path);
  const collector = new FaultCollector(path, faults, "", isReference);
  // Each check needs props that passed the previous checks.
  if (faults.length === 0) checkReferences(props, LITERAL_FIELDS, collector);
  if (faults.length === 0) {
    checkApart(props, collector);
    checkRules(schema, props, "", collector);
    checkValues(props, collector);
    checkVpc(props, id, collector);
  }
  if (faults.length > 0) {
    throw new Error(
      [
        `${faults.length} fault(s) in the construct's props:`,
        ...sortBySettings(props, faults).map(describeFault),
      ].join("\n"),
    );
  }
}

function findShape(schema: z.ZodType, props: LambdaToSagemakerEndpointProps, path: string): Fault[] {
  const found = findSchemaFaults(
    schema,
    props,
    "the type LambdaToSagemakerEndpointProps of sagemaker-stages",
  );
  return found.map(({ field, got, allowed }) => ({
    environment: path,
    field,
    got: show(got),
    allowed,
    because:
      "unknown, missing or mistyped properties are rejected, so that a typo cannot silently disable a setting",
  }));
}

function checkApart(props: LambdaToSagemakerEndpointProps, collector: FaultCollector): void {
  const { existingFunction, newFunction, existingEndpoint, newEndpoint } = props;
  collector.requireExclusive(
    props,
    "existingFunction",
    ["newFunction"],
    "the function either exists or is created",
  );
  collector.require(
    existingFunction !== undefined || newFunction !== undefined,
    "newFunction",
    undefined,
    "newFunction or existingFunction",
    "a function must invoke the endpoint",
  );
  collector.requireExclusive(
    props,
    "existingEndpoint",
    ["newEndpoint"],
    "the endpoint either exists or is created",
  );
  collector.require(
    existingEndpoint !== undefined || newEndpoint !== undefined,
    "newEndpoint",
    undefined,
    "newEndpoint or existingEndpoint",
    "the function must have an endpoint to invoke",
  );
  collector.requireExclusive(
    props,
    "existingVpc",
    ["newVpc", "network"],
    "the VPC either exists or is created",
  );
  collector.requireExclusive(props, "newVpc", ["network"], "the VPC either exists or is created");
}

function checkValues(props: LambdaToSagemakerEndpointProps, collector: FaultCollector): void {
  const { account, existingFunction, newFunction, newEndpoint, tags = {} } = props;
  const { region, accountId } = account;
  if (existingFunction !== undefined) {
    checkExistingFunction(
      existingFunction,
      // Terraform checks an account that is a reference.
      isReference(accountId) ? { region } : { region, accountId },
      collector,
    );
  }
  if (newFunction !== undefined) checkVariables(newFunction, props, collector);
  if (newEndpoint !== undefined) {
    // checkVpc reports a missing network with the construct's own props.
    const location = { region, hasNetwork: true, hasNewVpc: props.newVpc !== undefined };
    // The code of an existing function chooses the target.
    const settings = { ...newEndpoint, ...(existingFunction === undefined ? {} : { existingFunction }) };
    checkEndpoint(settings, location, collector.in("newEndpoint"));
    checkTarget(settings, collector.in("newEndpoint"));
    collector.require(
      !("instances" in newEndpoint) || newEndpoint.instances?.async === undefined,
      "newEndpoint.instances.async",
      raw("async"),
      "no async, or an environment of the engine",
      "the requests need the bucket and the routes of an environment",
    );
    checkS3Locations(props, collector.in("newEndpoint"));
  }
  checkTarget(props, collector);
  checkResourceTags(tags, collector);
}

/** Refuses variables for the endpoint's name and target that Lambda reserves or that the function already has. */
function checkVariables(
  { environment = {} }: NewFunction,
  {
    sagemakerEnvironmentVariableName: name = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
    ...target
  }: LambdaToSagemakerEndpointProps,
  collector: FaultCollector,
): void {
  const ofTarget = Object.keys(targetVariables(targetOf(target)));
  for (const variable of ofTarget) {
    collector.require(
      !Object.hasOwn(environment, variable),
      "newFunction.environment",
      raw(`${variable}, which the construct sets to the endpoint's target`),
      `no ${variable}`,
      "the function's role may not invoke another target",
    );
  }
  collector.require(
    !ofTarget.includes(name),
    "sagemakerEnvironmentVariableName",
    name,
    `a name other than ${ofTarget.join(", ")}`,
    "the variable names the endpoint's target",
  );
  collector.require(
    notReserved.holds(name),
    "sagemakerEnvironmentVariableName",
    name,
    notReserved.allowed,
    notReserved.source,
  );
  collector.require(
    !Object.hasOwn(environment, name),
    "newFunction.environment",
    raw(`${name}, which the construct sets to the endpoint's name`),
    `no ${name}, or another sagemakerEnvironmentVariableName`,
    "the function's role may not invoke another endpoint",
  );
}

/** Checks S3 locations that are references. The rules of environments check literal locations. */
function checkS3Locations(
  { newEndpoint, artifacts }: LambdaToSagemakerEndpointProps,
  collector: FaultCollector,
): void {
  if (newEndpoint === undefined) return;
  collector.require(
    newEndpoint.release === undefined,
    "release",
    raw("a release"),
    "image and artifact",
    "only environments have releases: functions/<model>/releases/",
  );
  const destination = "dataCapture" in newEndpoint ? newEndpoint.dataCapture?.destination : undefined;
  const ofContainers = containersOf(newEndpoint).flatMap((source, index) =>
    artifactsOf(source).map((artifact) => {
      const container = source.name === undefined ? "" : `containers.${index}.`;
      const field = source.modelPackage === undefined ? "artifact" : "modelPackage.artifacts";
      return [`${container}${field}`, artifact, "key"] as const;
    }),
  );
  for (const [field, location, below] of [
    ...ofContainers,
    ["dataCapture.destination", destination, "prefix"] as const,
  ]) {
    collector.require(
      location === undefined || !isReference(location) || S3_LOCATION.test(location),
      field,
      raw("a reference that does not separate the bucket from the key"),
      `s3://<bucket>/<${below}>, where each part can be a reference`,
      "policies name the bucket",
    );
  }
  for (const [field, artifact] of ofContainers) {
    collector.require(
      isInS3(artifact) || isReference(artifact) || artifacts !== undefined,
      field,
      raw(`the file ${artifact} without artifacts`),
      "s3://<bucket>/<key>.tar.gz, or for a file also the prop artifacts, an ArtifactBucket",
      "without artifacts there is no bucket for the upload",
    );
  }
}

function checkVpc(props: LambdaToSagemakerEndpointProps, id: string, collector: FaultCollector): void {
  const { account, existingFunction, newFunction, newEndpoint, existingVpc, newVpc, network } = props;
  const isInNetwork =
    newEndpoint !== undefined && "inNetwork" in newEndpoint && newEndpoint.inNetwork === true;
  collector.require(
    !isInNetwork || (existingVpc ?? newVpc ?? network) !== undefined,
    "newEndpoint.inNetwork",
    raw("inNetwork without a VPC"),
    "no inNetwork, or also newVpc, existingVpc or network",
    "there is no VPC for the endpoint",
  );
  // A shared `network` contains functions and endpoints of other constructs.
  for (const field of ["existingVpc", "newVpc"] as const) {
    collector.require(
      props[field] === undefined ||
        existingFunction === undefined ||
        newFunction !== undefined ||
        isInNetwork,
      field,
      raw(`${field} without a function or an endpoint in the VPC`),
      `no ${field}, or a newFunction, or a newEndpoint with inNetwork: true`,
      "existing functions and endpoints stay in their network",
    );
  }
  if (existingVpc !== undefined) checkExistingVpc(existingVpc, collector.in("existingVpc"));
  if (newVpc !== undefined) checkNewVpc(newVpc, account.region, collector.in("newVpc"));
  collector.require(
    network === undefined || ID.test(id),
    "id",
    id,
    "a construct id of letters, digits and -, if network is set",
    "statement ids of the network's policies contain the id",
  );
}
