import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { domain } from "../../examples/domain";
import type { Environment } from "../../src/environment/environment";
import { plannerPolicies } from "../../src/iam/deployment/planner";
import { deniedToDeployer } from "./support/deployer";
import { Deployment } from "./support/deployment";
import { isAllowed } from "./support/evaluation";
import { succeeded } from "./support/project";

const TIMEOUT_IN_MS = 600_000;

/** {@link domain} without its domain names. */
const { stage, website, ...ofBoth } = domain;
const { domain: ofStage, ...stageWithoutDomain } = stage;
const { domain: ofPage, ...pageWithoutDomain } = website ?? {};
const withoutDomains: Environment = { ...ofBoth, stage: stageWithoutDomain, website: pageWithoutDomain };

/** The part of `terraform show -json` that the tests read. */
interface ShownPlan {
  readonly resource_changes: readonly {
    readonly type: string;
    readonly change: {
      readonly actions: readonly string[];
      readonly before: Readonly<Record<string, unknown>> | null;
      readonly after: Readonly<Record<string, unknown>> | null;
    };
  }[];
}

function changeOf(plan: ShownPlan, type: string): ShownPlan["resource_changes"][number]["change"] {
  const [only, ...others] = plan.resource_changes.filter((one) => one.type === type);
  if (only === undefined || others.length > 0) {
    throw new Error(
      `plan: got ${others.length} other resources of the type ${type}; allowed: exactly one resource`,
    );
  }
  return only.change;
}

/** Whether the default address is disabled before and after the apply. */
function defaultAddress(plan: ShownPlan): { readonly before: unknown; readonly after: unknown } {
  const { before, after } = changeOf(plan, "aws_api_gateway_rest_api");
  return { before: before?.disable_execute_api_endpoint, after: after?.disable_execute_api_endpoint };
}

function actionsOf(plan: ShownPlan, type: string): readonly string[] {
  return changeOf(plan, type).actions;
}

describe("domain names in a hosted zone", () => {
  let deployment: Deployment;
  let accountId: string;

  beforeAll(async () => {
    deployment = await Deployment.start(domain);
    accountId = deployment.emulator.accountId;
  }, TIMEOUT_IN_MS);

  afterAll(() => deployment?.stop(), TIMEOUT_IN_MS);

  it(
    "exist after the apply, with certificates in both regions and six records",
    async () => {
      // Act
      succeeded(await deployment.project.deploy(domain.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => entry.startsWith("certificate "))).toEqual([
        expect.stringContaining(":eu-central-1:"),
        expect.stringContaining(":us-east-1:"),
      ]);
      expect(made.filter((entry) => /^(?:record|domain name|mapping) /.test(entry))).toEqual([
        "domain name api.models.example.com",
        "mapping v1 of api.models.example.com",
        "record A api.models.example.com",
        "record A models.example.com",
        "record AAAA api.models.example.com",
        "record AAAA models.example.com",
        expect.stringMatching(/^record CNAME _\w+\.api\.models\.example\.com$/),
        expect.stringMatching(/^record CNAME _\w+\.models\.example\.com$/),
      ]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "have an empty plan after the apply, for which the planner has every permission",
    async () => {
      // Act
      let plan: readonly unknown[] | undefined;
      const operations = await deployment.operationsOf(async () => {
        plan = await deployment.project.plan(domain.name);
      });

      // Assess
      const planner = Object.values(plannerPolicies(domain, accountId));
      const requested = (await deployment.recording()).filter(({ action }) =>
        operations.some(({ service, operation }) => action === `${service}:${operation}`),
      );
      expect(plan).toEqual([]);
      expect(requested.filter(({ action }) => /^(?:acm|route53):/.test(action)).length).toBeGreaterThan(3);
      expect(requested.filter((one) => !isAllowed(planner, one))).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "can be removed: the default address opens, and the certificates of both regions are destroyed",
    async () => {
      // Prepare
      deployment.project.setEnvironments(withoutDomains);

      // Act
      const plan = JSON.parse(await deployment.project.shownPlan(domain.name));
      succeeded(await deployment.project.deploy(domain.name));

      // Assess
      const made = await deployment.createdResources();
      expect(made).toEqual(await deployment.resourcesInState());
      expect(made.filter((entry) => /^(?:certificate|record|domain name|mapping) /.test(entry))).toEqual([]);
      expect(defaultAddress(plan)).toEqual({ before: true, after: false });
      expect(actionsOf(plan, "aws_api_gateway_deployment")).toEqual(["create", "delete"]);
      expect(await deployment.project.plan(domain.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "can be added to a deployed stage: the default address closes after the name has its records",
    async () => {
      // Prepare
      deployment.project.setEnvironments(domain);

      // Act
      const plan = JSON.parse(await deployment.project.shownPlan(domain.name));
      const operations = await deployment.operationsOf(async () =>
        succeeded(await deployment.project.deploy(domain.name)),
      );

      // Assess
      const order = operations.map(({ operation }) => operation);
      expect(defaultAddress(plan)).toEqual({ before: false, after: true });
      expect(actionsOf(plan, "aws_api_gateway_deployment")).toEqual(["create", "delete"]);
      expect(order.indexOf("UpdateRestApi")).toBeGreaterThan(order.indexOf("CreateDomainName"));
      expect(order.indexOf("CreateDeployment")).toBeGreaterThan(order.lastIndexOf("UpdateRestApi"));
      expect(order.indexOf("UpdateStage")).toBeGreaterThan(order.indexOf("CreateDeployment"));
      expect(await deployment.project.plan(domain.name)).toEqual([]);
    },
    TIMEOUT_IN_MS,
  );

  it(
    "leave nothing after the destruction, and need only the deployer's permissions",
    async () => {
      // Act
      succeeded(await deployment.project.destroy(domain.name));

      // Assess
      const requested = await deployment.recording();
      const actions = new Set(requested.map(({ action }) => action));
      expect(await deployment.createdResources()).toEqual([]);
      expect(deniedToDeployer(domain, accountId, requested)).toEqual([]);
      expect([...actions].filter((action) => /^(?:acm|route53):/.test(action))).toEqual([
        "acm:AddTagsToCertificate",
        "acm:DeleteCertificate",
        "acm:DescribeCertificate",
        "acm:ListTagsForCertificate",
        "acm:RequestCertificate",
        "route53:ChangeResourceRecordSets",
        "route53:GetChange",
        "route53:GetHostedZone",
        "route53:ListResourceRecordSets",
      ]);
      expect(deployment.emulator.faults()).toBe("");
    },
    TIMEOUT_IN_MS,
  );
});
