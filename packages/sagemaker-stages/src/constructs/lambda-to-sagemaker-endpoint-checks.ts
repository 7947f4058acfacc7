import type * as z from "zod";
import { DEFAULT_ENVIRONMENT_VARIABLE_NAME } from "../environment/model-settings";
import { artifactsOf, containersOf, isInS3 } from "../environment/model-source";
import { withoutUndefined } from "../environment/present";
import { describeFault, type Fault, inOrderOf, inWords, Report, show } from "../environment/report";
import { checkEndpoint } from "../environment/rules/endpoint-checks";
import { checkExistingFunction } from "../environment/rules/model-checks";
import { checkExistingVpc, checkNewVpc } from "../environment/rules/network-checks";
import { checkResourceTags } from "../environment/rules/tag-checks";
import { checkTarget } from "../environment/rules/target-checks";
import { checkRules } from "../environment/settings/check-rules";
import { targetOf, targetVariables } from "../environment/settings/targets";
import { findFaultsOfShape } from "../environment/shape";
import { type NewFunction, notReserved } from "./function/new-function";
import {
  anyProps,
  type LambdaToSagemakerEndpointProps,
  type ParsedProps,
  props,
} from "./lambda-to-sagemaker-endpoint-props";
import { checkReferences, isReference, type Written } from "./terraform/references";

const WRITTEN: Written = {
  name: "names and statements of policies are made of it",
  sagemakerEnvironmentVariableName: "it is a key of Terraform's own",
  newVpc: "subnets are made of it",
  "newFunction.code.zipFile": "the file is read at synthesis",
  "newEndpoint.deployment.rollbackOn.modelLatencyInMs": "the alarm's threshold is computed of it",
};

/** A bucket and something in it, each of which may be a reference. */
const PLACE_IN_S3 = /^s3:\/\/[^/]+\/./;

/** What a policy's statement is named after. */
const ID = /^[a-zA-Z0-9-]+$/;

/**
 * Parses the props of a construct.
 *
 * @param path - path of the construct, for messages
 * @param id - id of the construct
 * @throws Error with every fault
 */
export function parseProps(given: LambdaToSagemakerEndpointProps, path: string, id: string): ParsedProps {
  const present = withoutUndefined(given);
  checkProps(anyProps, present, path, id);
  return props.parse(present);
}

/**
 * Rules of the construct's props, those of an environment among them. References to other resources are taken as they
 * are, where they can be.
 *
 * @param schema - of the props
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
  const report = new Report(path, faults, "", isReference);
  // Each is looked at only where what it needs is all right.
  if (faults.length === 0) checkReferences(props, WRITTEN, report);
  if (faults.length === 0) {
    checkApart(props, report);
    checkRules(schema, props, "", report);
    checkValues(props, report);
    checkVpc(props, id, report);
  }
  if (faults.length > 0) {
    throw new Error(
      [`${faults.length} fault(s) in its props:`, ...inOrderOf(props, faults).map(describeFault)].join("\n"),
    );
  }
}

function findShape(schema: z.ZodType, props: LambdaToSagemakerEndpointProps, path: string): Fault[] {
  const found = findFaultsOfShape(
    schema,
    props,
    "the type LambdaToSagemakerEndpointProps of sagemaker-stages",
  );
  return found.map(({ field, got, allowed }) => ({
    environment: path,
    field,
    got: show(got),
    allowed,
    because: "a property that is missing, misspelt or of another type would not do what it says",
  }));
}

function checkApart(props: LambdaToSagemakerEndpointProps, report: Report): void {
  const { existingFunction, newFunction, existingEndpoint, newEndpoint } = props;
  report.requireApart(props, "existingFunction", ["newFunction"], "a function is there, or is made");
  report.require(
    existingFunction !== undefined || newFunction !== undefined,
    "newFunction",
    undefined,
    "newFunction or existingFunction",
    "somebody has to ask the endpoint",
  );
  report.requireApart(props, "existingEndpoint", ["newEndpoint"], "an endpoint is there, or is made");
  report.require(
    existingEndpoint !== undefined || newEndpoint !== undefined,
    "newEndpoint",
    undefined,
    "newEndpoint or existingEndpoint",
    "the function has to ask somebody",
  );
  report.requireApart(props, "existingVpc", ["newVpc", "network"], "a VPC is there, or is made");
  report.requireApart(props, "newVpc", ["network"], "a VPC is there, or is made");
}

function checkValues(props: LambdaToSagemakerEndpointProps, report: Report): void {
  const { account, existingFunction, newFunction, newEndpoint, tags = {} } = props;
  const { region, accountId } = account;
  if (existingFunction !== undefined) {
    checkExistingFunction(
      existingFunction,
      // Terraform compares with an account that is not known yet.
      isReference(accountId) ? { region } : { region, accountId },
      report,
    );
  }
  if (newFunction !== undefined) checkVariables(newFunction, props, report);
  if (newEndpoint !== undefined) {
    // checkVpc reports a missing network with the construct's own props.
    const place = { region, hasNetwork: true, hasNewVpc: props.newVpc !== undefined };
    checkEndpoint(newEndpoint, place, report.in("newEndpoint"));
    checkPlacesInS3(props, report.in("newEndpoint"));
  }
  checkTarget(props, report);
  checkResourceTags(tags, report);
}

/** The variables with the endpoint's name and target are neither Lambda's own nor variables of the function. */
function checkVariables(
  { environment = {} }: NewFunction,
  {
    sagemakerEnvironmentVariableName: name = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
    ...target
  }: LambdaToSagemakerEndpointProps,
  report: Report,
): void {
  const ofTarget = Object.keys(targetVariables(targetOf(target)));
  for (const variable of ofTarget) {
    report.require(
      !Object.hasOwn(environment, variable),
      "newFunction.environment",
      inWords(`${variable}, which names the endpoint's target already`),
      `no ${variable}`,
      "the function would name another target than the one that it may invoke",
    );
  }
  report.require(
    !ofTarget.includes(name),
    "sagemakerEnvironmentVariableName",
    name,
    `another name than ${ofTarget.join(", ")}`,
    "the variable names the endpoint's target",
  );
  report.require(
    notReserved.holds(name),
    "sagemakerEnvironmentVariableName",
    name,
    notReserved.allowed,
    notReserved.source,
  );
  report.require(
    !Object.hasOwn(environment, name),
    "newFunction.environment",
    inWords(`${name}, which names the endpoint already`),
    `no ${name}, or another name for either: sagemakerEnvironmentVariableName says the endpoint's`,
    "the function would ask another endpoint than the one it may ask",
  );
}

/** What references must show of themselves; what is written out has rules of its own. */
function checkPlacesInS3({ newEndpoint, artifacts }: LambdaToSagemakerEndpointProps, report: Report): void {
  if (newEndpoint === undefined) return;
  const destination = "dataCapture" in newEndpoint ? newEndpoint.dataCapture?.destination : undefined;
  const ofContainers = containersOf(newEndpoint).flatMap((source, index) =>
    artifactsOf(source).map((artifact) => {
      const container = source.name === undefined ? "" : `containers.${index}.`;
      const field = source.modelPackage === undefined ? "artifact" : "modelPackage.artifacts";
      return [`${container}${field}`, artifact, "key"] as const;
    }),
  );
  for (const [field, place, below] of [
    ...ofContainers,
    ["dataCapture.destination", destination, "prefix"] as const,
  ]) {
    report.require(
      place === undefined || !isReference(place) || PLACE_IN_S3.test(place),
      field,
      inWords("a reference that does not say where its bucket ends"),
      `s3://<bucket>/<${below}>, of which each part may be a reference`,
      "policies name the bucket",
    );
  }
  for (const [field, artifact] of ofContainers) {
    report.require(
      isInS3(artifact) || isReference(artifact) || artifacts !== undefined,
      field,
      inWords(`the file ${artifact} without artifacts`),
      "s3://<bucket>/<key>.tar.gz, or artifacts, an ArtifactBucket, beside the file",
      "there is no bucket to upload it to",
    );
  }
}

function checkVpc(props: LambdaToSagemakerEndpointProps, id: string, report: Report): void {
  const { account, existingFunction, newFunction, newEndpoint, existingVpc, newVpc, network } = props;
  const isInNetwork =
    newEndpoint !== undefined && "inNetwork" in newEndpoint && newEndpoint.inNetwork === true;
  report.require(
    !isInNetwork || (existingVpc ?? newVpc ?? network) !== undefined,
    "newEndpoint.inNetwork",
    inWords("inNetwork without a VPC"),
    "no inNetwork, or newVpc, existingVpc or network beside newEndpoint",
    "there is no VPC to run in",
  );
  // In a network of several, others are.
  for (const field of ["existingVpc", "newVpc"] as const) {
    report.require(
      props[field] === undefined ||
        existingFunction === undefined ||
        newFunction !== undefined ||
        isInNetwork,
      field,
      inWords(`${field} with nothing to be in it`),
      `no ${field}, or a newFunction or a newEndpoint with inNetwork: true to be in it`,
      "existing functions and endpoints stay in the network that they are in",
    );
  }
  if (existingVpc !== undefined) checkExistingVpc(existingVpc, report.in("existingVpc"));
  if (newVpc !== undefined) checkNewVpc(newVpc, account.region, report.in("newVpc"));
  report.require(
    network === undefined || ID.test(id),
    "id",
    id,
    "letters, digits and - as the construct's id beside network",
    "statements of the network's policies are named after it",
  );
}
