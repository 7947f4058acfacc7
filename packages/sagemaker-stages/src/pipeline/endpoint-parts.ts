import * as z from "zod";
import type { Found } from "./existence";

/**
 * The parts that SageMaker needs to patch an endpoint, or to replace an instance
 * (https://docs.aws.amazon.com/sagemaker/latest/dg/best-practice-endpoint-security.html).
 */
const PART_KINDS = [
  "endpoint configuration",
  "model",
  "role",
  "artifact",
  "image",
  "model package",
  "subnet",
  "security group",
  "key",
] as const;

const partSchema = z.object({
  kind: z.enum(PART_KINDS),
  /** The name, ARN or address with which the endpoint refers to the part. */
  name: z.string(),
  state: z.enum(["exists", "missing", "unchecked"]),
  /** The reason of `unchecked`. */
  reason: z.string().optional(),
});

/** The parts of the endpoints of one environment, as JSON. */
export const endpointPartsSchema = z.array(
  z.object({ endpoint: z.string(), state: z.enum(["exists", "missing"]), parts: z.array(partSchema) }),
);

/** One part of an endpoint, and whether it still exists. */
export type Part = z.output<typeof partSchema>;

/** An endpoint of Terraform's state with its parts. */
export type EndpointParts = z.output<typeof endpointPartsSchema>[number];

/** Finds out whether parts exist that Terraform's state does not contain. */
export interface Reads {
  /** @param uri - registry, repository, and tag or digest */
  image(uri: string): Promise<Found>;
  /** @param uri - `s3://<bucket>/<key>`; a prefix ends with a slash */
  artifact(uri: string): Promise<Found>;
}

const values = z.record(z.string(), z.unknown());
const moduleSchema = z.object({
  resources: z
    .array(z.object({ address: z.string(), mode: z.string(), type: z.string(), values }))
    .optional(),
  get child_modules() {
    return z.array(moduleSchema).optional();
  },
});

/** The part of a refresh-only plan that describes the endpoints (https://developer.hashicorp.com/terraform/internals/json-format). */
const refreshOnlyPlan = z.object({
  prior_state: z.object({ values: z.object({ root_module: moduleSchema }).optional() }).optional(),
  resource_drift: z
    .array(
      z.object({
        address: z.string(),
        mode: z.string(),
        type: z.string(),
        change: z.object({ actions: z.array(z.string()), before: z.unknown(), after: z.unknown() }),
      }),
    )
    .optional(),
});

type RefreshOnlyPlan = z.output<typeof refreshOnlyPlan>;

/** A resource of Terraform's state, and whether the resource still exists in AWS. */
interface KnownResource {
  readonly type: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly state: "exists" | "missing";
}

const NOT_IN_STATE: Found = { state: "unchecked", reason: "Terraform's state does not contain it" };

/**
 * The parts of each endpoint of Terraform's state, found by the names with which endpoint, configuration and model refer to
 * each other.
 *
 * @param plan - a refresh-only plan as JSON (`terraform show -json`)
 * @param reads - for images, and for artifacts outside of Terraform's state
 */
export async function partsOfEndpoints(plan: unknown, reads: Reads): Promise<EndpointParts[]> {
  const known = knownResources(refreshOnlyPlan.parse(plan));
  const endpoints = known.filter(({ type }) => type === "aws_sagemaker_endpoint");
  const all: EndpointParts[] = [];
  for (const { values: endpoint, state } of endpoints) {
    const parts = await partsOfEndpoint(text(endpoint.endpoint_config_name), known, reads);
    all.push({ endpoint: text(endpoint.name), state, parts });
  }
  return all.sort((one, other) => (one.endpoint < other.endpoint ? -1 : 1));
}

/** The resources of the state after the refresh, and the deleted resources with their last values. */
function knownResources({ prior_state, resource_drift = [] }: RefreshOnlyPlan): KnownResource[] {
  const drift = resource_drift.filter(({ mode }) => mode === "managed");
  const drifted = new Set(drift.map(({ address }) => address));
  const root = prior_state?.values?.root_module;
  return [
    ...(root === undefined ? [] : resourcesOf(root))
      .filter(({ mode, address }) => mode === "managed" && !drifted.has(address))
      .map(({ type, values: found }) => ({ type, values: found, state: "exists" as const })),
    ...drift.map(({ type, change: { actions, before, after } }) => {
      const isDeleted = actions.includes("delete");
      return {
        type,
        values: values.parse((isDeleted ? before : after) ?? {}),
        state: isDeleted ? ("missing" as const) : ("exists" as const),
      };
    }),
  ];
}

type Module = z.output<typeof moduleSchema>;

function resourcesOf({ resources = [], child_modules = [] }: Module): NonNullable<Module["resources"]> {
  return [...resources, ...child_modules.flatMap(resourcesOf)];
}

async function partsOfEndpoint(
  configurationName: string,
  known: readonly KnownResource[],
  reads: Reads,
): Promise<Part[]> {
  const configuration = find(known, "aws_sagemaker_endpoint_configuration", "name", configurationName);
  const parts: Part[] = [partOf("endpoint configuration", configurationName, configuration)];
  const key = text(configuration?.values.kms_key_arn);
  if (key !== "") {
    parts.push({
      kind: "key",
      name: key,
      state: "unchecked",
      reason: "no role of the workflow may read keys",
    });
  }
  const variants = [
    ...blocks(configuration?.values.production_variants),
    ...blocks(configuration?.values.shadow_production_variants),
  ];
  for (const model of new Set(variants.map(({ model_name }) => text(model_name)).filter(Boolean))) {
    parts.push(...(await partsOfModel(model, known, reads)));
  }
  return parts;
}

async function partsOfModel(name: string, known: readonly KnownResource[], reads: Reads): Promise<Part[]> {
  const model = find(known, "aws_sagemaker_model", "name", name);
  const parts: Part[] = [partOf("model", name, model)];
  if (model === undefined) return parts;
  const { values: found } = model;
  const role = text(found.execution_role_arn);
  parts.push(partOf("role", role, find(known, "aws_iam_role", "arn", role)));
  for (const { subnets, security_group_ids } of blocks(found.vpc_config)) {
    for (const id of texts(subnets)) parts.push(partOf("subnet", id, find(known, "aws_subnet", "id", id)));
    for (const id of texts(security_group_ids)) {
      parts.push(partOf("security group", id, find(known, "aws_security_group", "id", id)));
    }
  }
  for (const container of [...blocks(found.primary_container), ...blocks(found.container)]) {
    for (const uri of artifactsOf(container)) {
      parts.push({ kind: "artifact", name: uri, ...(findObject(known, uri) ?? (await reads.artifact(uri))) });
    }
    const image = text(container.image);
    if (image !== "") parts.push({ kind: "image", name: image, ...(await reads.image(image)) });
    const modelPackage = text(container.model_package_name);
    if (modelPackage !== "") {
      const reason = "the workflow does not read model packages, with their images and artifacts";
      parts.push({ kind: "model package", name: modelPackage, state: "unchecked", reason });
    }
  }
  return parts;
}

function artifactsOf(container: Readonly<Record<string, unknown>>): string[] {
  const sources = blocks(container.model_data_source).flatMap(({ s3_data_source }) => blocks(s3_data_source));
  return [container.model_data_url, ...sources.map(({ s3_uri }) => s3_uri)].map(text).filter(Boolean);
}

function find(
  known: readonly KnownResource[],
  ofType: string,
  attribute: string,
  value: string,
): KnownResource | undefined {
  const found = known.filter((one) => one.type === ofType && one.values[attribute] === value);
  // A resource can be created again under another address.
  return found.find(({ state }) => state === "exists") ?? found[0];
}

function findObject(known: readonly KnownResource[], uri: string): Found | undefined {
  const objects = known.filter(
    ({ type, values: { bucket, key } }) =>
      (type === "aws_s3_object" || type === "aws_s3_object_copy") && uri === `s3://${bucket}/${key}`,
  );
  const state = objects.find((one) => one.state === "exists")?.state ?? objects[0]?.state;
  return state === undefined ? undefined : { state };
}

function partOf(kind: Part["kind"], name: string, found: KnownResource | undefined): Part {
  return { kind, name, ...(found === undefined ? NOT_IN_STATE : { state: found.state }) };
}

/** The blocks of an attribute: Terraform's JSON has a list for each block. */
function blocks(value: unknown): Readonly<Record<string, unknown>>[] {
  return z.array(values).safeParse(value).data ?? [];
}

function texts(value: unknown): string[] {
  return z.array(z.string()).safeParse(value).data ?? [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
