import type { JsonObject } from "../../terraform";
import type { Fault } from "../finding";
import type { EndpointInStack } from "../principals/endpoint-in-stack";
import { containersIn } from "../principals/model-source";
import type { ResolvedStack } from "../resolved-stack";
import { type Document, texts } from "./mutant";

/** A statement to add to a role's policy. */
export interface Addition<Principal> {
  readonly detail: string;
  readonly killedBy: readonly Fault[];
  readonly statement: (principal: Principal, stack: ResolvedStack, own: Document) => JsonObject;
  /** The roles to which the statement can be added. @default - every role */
  readonly fits?: { readonly needs: string; readonly test: (principal: Principal, own: Document) => boolean };
}

/** The archive of the endpoint's first container with an archive. */
function artifactOf(endpoint: EndpointInStack): { bucket: string; key: string } {
  const [url = ""] = archivesOf(endpoint);
  const [bucket = "", key = ""] = url.replace("s3://", "").split(/\/(.*)/s);
  return { bucket, key };
}

function archivesOf(endpoint: EndpointInStack): string[] {
  return urlsOf(endpoint).filter((url) => !url.endsWith("/"));
}

/** The archives of the containers, and the prefix of the archives of a multi-model endpoint. */
function urlsOf(endpoint: EndpointInStack): string[] {
  return containersIn(endpoint).flatMap(({ model_data_url: url }) =>
    url === undefined ? [] : [String(url)],
  );
}

function prefixesOf(endpoint: EndpointInStack): { bucket: string; prefix: string }[] {
  const uncompressed = containersIn(endpoint).flatMap(({ model_data_source: source }) => {
    const { s3_data_source: sources = [] } = (source ?? {}) as { s3_data_source?: readonly JsonObject[] };
    return sources.map(({ s3_uri: uri }) => String(uri));
  });
  const ofArchives = urlsOf(endpoint).filter((url) => url.endsWith("/"));
  return [...uncompressed, ...ofArchives].map((uri) => {
    const [bucket = "", prefix = ""] = uri.replace("s3://", "").split(/\/(.*)/s);
    return { bucket, prefix };
  });
}

/** ARNs of the secrets that a role's policy allows to read. */
function readSecrets({ statements }: Document): string[] {
  return statements
    .filter(({ Action: actions }) => texts(actions).includes("secretsmanager:GetSecretValue"))
    .flatMap(({ Resource: resources }) => texts(resources));
}

const HAS_ARCHIVE = {
  needs: "a new endpoint with an archive in S3",
  test: (endpoint: EndpointInStack) => archivesOf(endpoint).length > 0,
};

const HAS_PREFIX = {
  needs: "a new endpoint whose artifact is a prefix in S3",
  test: (endpoint: EndpointInStack) => prefixesOf(endpoint).length > 0,
};

const HAS_NO_ARTIFACT = {
  needs: "a new endpoint without an artifact",
  test: (endpoint: EndpointInStack) =>
    archivesOf(endpoint).length + prefixesOf(endpoint).length === 0 &&
    containersIn(endpoint).every(({ model_package_name: name }) => name === undefined),
};

const HAS_PACKAGE = {
  needs: "a new endpoint with a package of the Model Registry",
  test: (endpoint: EndpointInStack) =>
    containersIn(endpoint).some(({ model_package_name: name }) => name !== undefined),
};

const HAS_SECRETS = {
  needs: "a new endpoint with secrets",
  test: (endpoint: EndpointInStack) =>
    containersIn(endpoint).some(({ environment }) =>
      Object.values((environment ?? {}) as JsonObject).some((value) =>
        String(value).includes(":secretsmanager:"),
      ),
    ),
};

const HAS_ASYNC = {
  needs: "a new endpoint with asynchronous requests",
  test: (endpoint: EndpointInStack) => outputOf(endpoint) !== "",
};

/** The place of the results of an asynchronous endpoint; empty for another endpoint. */
function outputOf({ configuration }: EndpointInStack): string {
  return String(configuration.get("async_inference_config.output_config.s3_output_path") ?? "");
}

/** Statements to add to the policy of an endpoint's role. */
export const ENDPOINT_ADDITIONS: readonly Addition<EndpointInStack>[] = [
  {
    detail: "lists the bucket of its artifact",
    killedBy: ["granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:ListBucket"],
      Resource: [account.bucketArn(artifactOf(endpoint).bucket)],
    }),
    fits: HAS_ARCHIVE,
  },
  {
    detail: "reads the next model's artifact",
    killedBy: ["granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: [`${account.bucketArn(artifactOf(endpoint).bucket)}/${artifactOf(endpoint).key}.next`],
    }),
    fits: HAS_ARCHIVE,
  },
  {
    detail: "lists the whole bucket of its artifact's prefix",
    killedBy: ["granted twice", "condition without purpose"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:ListBucket"],
      Resource: prefixesOf(endpoint).map(({ bucket }) => account.bucketArn(bucket)),
    }),
    fits: HAS_PREFIX,
  },
  {
    detail: "reads another prefix that starts like its artifact's prefix",
    killedBy: ["granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: prefixesOf(endpoint).map(
        ({ bucket, prefix }) => `${account.bucketArn(bucket)}/${prefix.replace(/\/$/, "-next/")}*`,
      ),
    }),
    fits: HAS_PREFIX,
  },
  {
    detail: "writes below its artifact's prefix",
    killedBy: ["granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:PutObject"],
      Resource: prefixesOf(endpoint).map(({ bucket, prefix }) => `${account.bucketArn(bucket)}/${prefix}*`),
    }),
    fits: HAS_PREFIX,
  },
  {
    detail: "reads an object, although its model has no artifact",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: [account.bucketArn("amzn-s3-demo-bucket/model.tar.gz")],
    }),
    fits: HAS_NO_ARTIFACT,
  },
  {
    detail: "changes the secret that its container reads",
    killedBy: ["granted, not used"],
    statement: (_, __, own) => ({
      Action: ["secretsmanager:PutSecretValue"],
      Resource: readSecrets(own),
    }),
    fits: HAS_SECRETS,
  },
  {
    detail: "reads every secret whose name starts like the name of its secret",
    killedBy: ["granted, not used", "granted twice"],
    statement: (_, __, own) => ({
      Action: ["secretsmanager:GetSecretValue"],
      Resource: readSecrets(own).map((arn) => arn.replace(/-[A-Za-z0-9]{6}$/, "*")),
    }),
    fits: HAS_SECRETS,
  },
  {
    detail: "describes its package, which SageMaker reads for the deployer",
    killedBy: ["granted, not used"],
    statement: (endpoint) => ({
      Action: ["sagemaker:DescribeModelPackage"],
      Resource: containersIn(endpoint).flatMap(({ model_package_name: name }) =>
        name === undefined ? [] : [String(name)],
      ),
    }),
    fits: HAS_PACKAGE,
  },
  {
    detail: "reads the results of callers",
    killedBy: ["allowed, must be denied", "granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:GetObject"],
      Resource: [account.bucketArn(`${outputOf(endpoint).replace("s3://", "")}/*`)],
    }),
    fits: HAS_ASYNC,
  },
  {
    detail: "writes inputs of callers",
    killedBy: ["allowed, must be denied", "granted, not used"],
    statement: (endpoint, { account }) => ({
      Action: ["s3:PutObject"],
      Resource: [
        account.bucketArn(
          `${outputOf(endpoint)
            .replace("s3://", "")
            .replace(/results$/, "inputs")}/*`,
        ),
      ],
    }),
    fits: HAS_ASYNC,
  },
  {
    detail: "publishes to every topic of the account",
    killedBy: ["granted, not used", "granted twice", "near miss", "wildcard"],
    statement: (_, { account }) => ({ Action: ["sns:Publish"], Resource: [account.arn("sns", "*")] }),
    fits: HAS_ASYNC,
  },
  {
    detail: "decrypts with every key",
    killedBy: ["wildcard"],
    statement: () => ({ Action: ["kms:Decrypt"], Resource: ["*"] }),
  },
  {
    detail: "creates network interfaces, although the endpoint is not in a VPC",
    killedBy: ["granted, not used"],
    statement: () => ({ Action: ["ec2:CreateNetworkInterface"], Resource: ["*"] }),
    fits: {
      needs: "a new endpoint outside the network",
      test: ({ model }) => !model.set.includes("vpc_config"),
    },
  },
  {
    detail: "assumes other roles",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["sts:AssumeRole"],
      Resource: [account.globalArn("iam", "role/another")],
    }),
  },
  {
    detail: "pushes images into a repository",
    killedBy: ["granted, not used"],
    statement: (_, { account }) => ({
      Action: ["ecr:PutImage"],
      Resource: [account.repositoryArn(account.registry(), "linear-learner")],
    }),
  },
];
