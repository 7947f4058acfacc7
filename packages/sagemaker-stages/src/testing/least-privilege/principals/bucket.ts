import type { JsonObject } from "../../terraform";
import { type AccessRequest, type AllowedRequest, only } from "../request";
import type { ResolvedStack, Resource } from "../resolved-stack";
import { foreignPrincipal, outsidePrincipal, type PrincipalRules } from "./principal";

const TLS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html";
const PUT = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html";
const ORIGIN =
  "https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-restricting-access-to-s3.html";

/** The private buckets of the page and of artifacts. */
export const bucket: PrincipalRules = {
  reads: {},
  allowedRequests: ({ stack }) => [
    ...[...stack.all("aws_s3_object"), ...stack.all("aws_s3_object_copy")].map((object): AllowedRequest => {
      const name = object.text("bucket");
      return {
        subject: `bucket ${name}`,
        principal: outsidePrincipal(stack, "principal with every permission"),
        action: "s3:PutObject",
        resource: only(`${stack.account.bucketArn(name)}/${object.text("key")}`),
        context: {},
        reason: "Terraform puts an object, over TLS",
        source: PUT,
        otherRequests: "any",
      };
    }),
    ...stack.all("aws_s3_bucket").map((resource): AllowedRequest => {
      const name = resource.text("bucket");
      return {
        subject: `bucket ${name}`,
        principal: outsidePrincipal(stack, "principal with every permission"),
        action: "s3:ListBucket",
        resource: only(stack.account.bucketArn(name)),
        context: {},
        reason: "Terraform lists the bucket, over TLS",
        source: PUT,
        otherRequests: "any",
      };
    }),
    ...stack.all("aws_cloudfront_distribution").flatMap((distribution) => originsOf(distribution, stack)),
  ],
  deniedRequests: ({ stack }) =>
    stack.all("aws_s3_bucket").flatMap((resource) => deniedRequestsOf(resource, stack)),
};

/** A distribution requests the objects that its visitors request. */
function originsOf(distribution: Resource, stack: ResolvedStack): AllowedRequest[] {
  const origins = distribution.get("origin") as unknown as readonly JsonObject[];
  const address = distribution.address;
  const arn = stack.account.globalArn(
    "cloudfront",
    `distribution/${stack.account.generatedName(address, "<distribution>", "E")}`,
  );
  return origins.flatMap((origin) => {
    const name = String(origin.domain_name).replace(/\.s3\..*$/, "");
    return ["index.html", "any/path.js"].map((key) => ({
      subject: `bucket ${name}`,
      principal: { kind: "service", name: "cloudfront.amazonaws.com" },
      action: "s3:GetObject",
      resource: { exact: `${stack.account.bucketArn(name)}/`, free: key },
      context: { "aws:SourceArn": only(arn) },
      reason: "the distribution reads the objects that visitors request",
      source: ORIGIN,
      otherRequests: "denied" as const,
    }));
  });
}

/**
 * Requests without TLS by principals with every permission, and requests with TLS by principals without permissions.
 */
function deniedRequestsOf(resource: Resource, stack: ResolvedStack): AccessRequest[] {
  const name = resource.text("bucket");
  const plain = { "aws:SecureTransport": only("false") };
  const object = only(`${stack.account.bucketArn(name)}/index.html`);
  const common = { subject: `bucket ${name}`, context: {}, source: TLS };
  return [
    {
      ...common,
      principal: outsidePrincipal(stack, "principal with every permission"),
      action: "s3:GetObject",
      resource: object,
      context: plain,
      reason: "a principal with every permission reads an object over plain HTTP",
    },
    {
      ...common,
      principal: outsidePrincipal(stack, "principal with every permission"),
      action: "s3:PutObject",
      resource: object,
      context: plain,
      reason: "a principal with every permission writes an object over plain HTTP",
    },
    {
      ...common,
      principal: outsidePrincipal(stack, "principal with every permission"),
      action: "s3:ListBucket",
      resource: only(stack.account.bucketArn(name)),
      context: plain,
      reason: "a principal with every permission lists the bucket over plain HTTP",
    },
    ...["s3:GetObject", "s3:PutObject", "s3:DeleteObject"].flatMap((action): AccessRequest[] => [
      {
        ...common,
        principal: { kind: "anonymous" },
        action,
        resource: object,
        reason: "an unsigned request reads an object",
      },
      {
        ...common,
        principal: outsidePrincipal(stack, "principal without permissions"),
        action,
        resource: object,
        reason: "a principal without permissions reads an object",
      },
      {
        ...common,
        principal: foreignPrincipal(stack),
        action,
        resource: object,
        reason: "a principal of another account reads an object",
      },
    ]),
  ];
}
