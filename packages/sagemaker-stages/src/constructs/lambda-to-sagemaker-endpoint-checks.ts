import * as z from "zod";
import { checkLogRetention } from "../environment/log-retention";
import { DEFAULT_ENVIRONMENT_VARIABLE_NAME } from "../environment/model-settings";
import { describeFault, type Fault, inWords, Report, show } from "../environment/report";
import { checkEndpoint } from "../environment/rules/endpoint-checks";
import { checkExistingFunction, checkVariableName } from "../environment/rules/model-checks";
import { checkExistingVpc, checkNewVpc } from "../environment/rules/network-checks";
import { checkResourceTags } from "../environment/rules/tag-checks";
import { findFaultsOfShape, type Properties, shapes } from "../environment/shape";
import { ArtifactBucket, isInS3 } from "./endpoint/artifact-bucket";
import type { FunctionPackage } from "./function/function-code";
import type { NewFunction } from "./function/inference-function";
import { checkFunction } from "./function/new-function-checks";
import type { LambdaToSagemakerEndpointProps } from "./lambda-to-sagemaker-endpoint";
import { Network } from "./network/network";
import { Account } from "./terraform/account";
import { checkReferences, isReference, type Written } from "./terraform/references";

const text = z.string();

const newFunction = z.strictObject({
  ...shapes.newFunction,
  code: z.strictObject({
    zipFile: text,
    sha256: text,
    handler: text,
    runtime: text,
  } satisfies Properties<FunctionPackage>),
  description: text,
  environment: z.optional(z.record(text, text)),
  architecture: z.optional(text),
  timeoutInSeconds: z.optional(z.number()),
} satisfies Properties<NewFunction>);

const shape = z.strictObject({
  account: z.instanceof(Account),
  name: text,
  existingFunction: z.optional(text),
  newFunction: z.optional(newFunction),
  existingEndpoint: z.optional(text),
  newEndpoint: z.optional(shapes.newEndpoint),
  artifacts: z.optional(z.instanceof(ArtifactBucket)),
  existingVpc: z.optional(shapes.existingVpc),
  newVpc: z.optional(shapes.newVpc),
  network: z.optional(z.instanceof(Network)),
  sagemakerEnvironmentVariableName: z.optional(text),
  permissionsBoundaryArn: z.optional(text),
  logRetentionInDays: z.number(),
  protected: z.optional(z.boolean()),
  tags: z.optional(z.record(text, text)),
} satisfies Properties<LambdaToSagemakerEndpointProps>);

/** Where the properties of what a prop holds are documented. */
const DOCUMENTATION: Readonly<Record<string, string>> = {
  newFunction: "stacks/constructs/inference-function.ts",
  newEndpoint: "environments/model-settings.ts",
  existingVpc: "environments/environment.ts",
  newVpc: "environments/environment.ts",
};

const WRITTEN: Written = {
  name: "names and statements of policies are made of it",
  sagemakerEnvironmentVariableName: "it is a key of Terraform's own",
  newVpc: "subnets are made of it",
  "newFunction.code.zipFile": "the file is read at synthesis",
  "newEndpoint.deployment.rollbackOn.modelLatencyInMs": "the alarm's threshold is computed of it",
};

/** A bucket and something in it, each of which may be a reference. */
const PLACE_IN_S3 = /^s3:\/\/[^/]+\/./;

const MANAGED_POLICY_ARN = /^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]+$/;

/** What a policy's statement is named after. */
const ID = /^[a-zA-Z0-9-]+$/;

/**
 * Rules of the construct's props, those of an environment among them. References to other resources are taken as they
 * are, where they can be.
 *
 * @param props - without those that are `undefined`
 * @param path - the construct's, which names it
 * @param id - the construct's own
 * @throws Error with every fault
 */
export function checkProps(props: LambdaToSagemakerEndpointProps, path: string, id: string): void {
  const faults = findShape(props, path);
  const report = new Report(path, faults, "", isReference);
  // Each is looked at only where what it needs is all right.
  if (faults.length === 0) checkReferences(props, WRITTEN, report);
  if (faults.length === 0) {
    checkApart(props, report);
    checkValues(props, report);
    checkVpc(props, id, report);
  }
  if (faults.length > 0) {
    throw new Error([`${faults.length} fault(s) in its props:`, ...faults.map(describeFault)].join("\n"));
  }
}

function findShape(props: LambdaToSagemakerEndpointProps, path: string): Fault[] {
  const found = findFaultsOfShape(
    shape,
    props,
    ([prop]) => DOCUMENTATION[String(prop)] ?? "stacks/constructs/lambda-to-sagemaker-endpoint.ts",
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
  const { account, name, existingFunction, existingEndpoint, newEndpoint } = props;
  const { region, accountId } = account;
  const {
    newFunction,
    tags,
    logRetentionInDays,
    sagemakerEnvironmentVariableName: variableName = DEFAULT_ENVIRONMENT_VARIABLE_NAME,
  } = props;
  report.require(
    /^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,53}$/.test(name),
    "name",
    name,
    "1–54 letters, digits and -, neither first nor last a -",
    "it is part of names of at most 63 characters: https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpoint.html",
  );
  if (existingFunction !== undefined) {
    checkExistingFunction(
      existingFunction,
      // Terraform compares with an account that is not known yet.
      isReference(accountId) ? { region } : { region, accountId },
      report,
    );
  }
  checkVariableName(variableName, report);
  if (newFunction !== undefined) checkFunction(newFunction, variableName, report);
  // What there is no network for is told below, with this construct's own props.
  const place = { region, hasNetwork: true };
  if (existingEndpoint !== undefined) checkEndpoint({ existingEndpoint }, place, report);
  if (newEndpoint !== undefined) {
    checkEndpoint(newEndpoint, place, report.in("newEndpoint"));
    checkPlacesInS3(props, report.in("newEndpoint"));
  }
  if (props.permissionsBoundaryArn !== undefined) {
    report.require(
      MANAGED_POLICY_ARN.test(props.permissionsBoundaryArn),
      "permissionsBoundaryArn",
      props.permissionsBoundaryArn,
      "the ARN of a managed policy, e.g. arn:aws:iam::111122223333:policy/boundary",
      "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html",
    );
  }
  checkLogRetention(logRetentionInDays, report);
  checkResourceTags(tags ?? {}, report);
}

/** What references must show of themselves; what is written out has rules of its own. */
function checkPlacesInS3({ newEndpoint, artifacts }: LambdaToSagemakerEndpointProps, report: Report): void {
  if (newEndpoint === undefined) return;
  const { artifact } = newEndpoint;
  const destination = "dataCapture" in newEndpoint ? newEndpoint.dataCapture?.destination : undefined;
  for (const [field, place] of [
    ["artifact", artifact],
    ["dataCapture.destination", destination],
  ] as const) {
    report.require(
      place === undefined || !isReference(place) || PLACE_IN_S3.test(place),
      field,
      inWords("a reference that does not say where its bucket ends"),
      `s3://<bucket>/<${field === "artifact" ? "key" : "prefix"}>, of which each part may be a reference`,
      "policies name the bucket",
    );
  }
  if (artifact === undefined) return;
  report.require(
    isInS3(artifact) || isReference(artifact) || artifacts !== undefined,
    "artifact",
    inWords(`the file ${artifact} without artifacts`),
    "s3://<bucket>/<key>.tar.gz, or artifacts, an ArtifactBucket, beside the file",
    "there is no bucket to upload it to",
  );
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
