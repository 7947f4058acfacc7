import { DataAwsIamOpenidConnectProvider } from "@cdktf/provider-aws/lib/data-aws-iam-openid-connect-provider";
import { DataAwsSagemakerPrebuiltEcrImage } from "@cdktf/provider-aws/lib/data-aws-sagemaker-prebuilt-ecr-image";
import { IamOpenidConnectProvider } from "@cdktf/provider-aws/lib/iam-openid-connect-provider";
import { IamPolicy } from "@cdktf/provider-aws/lib/iam-policy";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicyAttachment } from "@cdktf/provider-aws/lib/iam-role-policy-attachment";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import {
  type DeployableEnvironment,
  deployRoleName,
  driftRoleName,
  type ParsedGithubSettings,
} from "../../environment/account";
import {
  deployRoleTrust,
  driftRoleTrust,
  GITHUB_AUDIENCE,
  GITHUB_ISSUER,
  planRoleTrust,
} from "../../iam/deployment/github";
import {
  deployLimitsPolicy,
  deployRolePolicies,
  driftRolePolicies,
  environmentBoundary,
  planRolePolicies,
} from "../../iam/deployment/pipeline-policies";
import type { NamedPolicy } from "../../iam/iam-limits";
import type { PolicyDocument } from "../../iam/policy-document";
import type { ModelRoutes } from "../../models";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** The minimum and the default of IAM. A plan and the daily checks take only minutes. */
const SHORT_SESSION_IN_SECONDS = 3_600;

/**
 * Terraform's provider waits up to an hour for the endpoints of an environment, concurrently, and as long for a page's
 * distribution. If the credentials expire before the apply ends, Terraform can neither write nor unlock the state.
 */
const DEPLOY_SESSION_IN_SECONDS = 3 * 3_600;

/** Props of {@link GithubRoles}. */
export interface GithubRolesProps {
  readonly account: AwsScope;
  /** Name of the plan role; at most 64 characters. */
  readonly planRoleName: string;
  readonly settings: ParsedGithubSettings;
  /**
   * The environments that are planned and deployed, at most 5: each adds two managed policies to the plan role.
   * `pipeline-policies.ts` has already checked that IAM accepts the policies.
   */
  readonly environments: readonly DeployableEnvironment[];
  /** The route of each model of the app. */
  readonly routes: ModelRoutes;
}

/**
 * GitHub's access to an account: the OIDC provider, one plan role that only reads, and for each environment a deploy role, a drift
 * role for the daily checks, and the permissions boundary of the environment's roles.
 */
export class GithubRoles extends Construct {
  /** ARN of the plan role; known after the first apply. */
  readonly planRoleArn: string;
  /** ARNs of the deploy roles by the environment's name; known after the first apply. */
  readonly deployRoleArns: Readonly<Record<string, string>>;

  private readonly provider: ITerraformDependable;
  private readonly providerArn: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: GithubRolesProps,
  ) {
    super(scope, id);
    const { account, settings, environments, planRoleName } = props;
    this.provider = this.addProvider();
    this.providerArn = account.oidcProviderArn(GITHUB_ISSUER);

    const planRole = this.addRole("plan", {
      name: planRoleName,
      description: "Lets GitHub's workflows plan",
      trust: planRoleTrust(this.providerArn, settings),
      maxSessionDuration: SHORT_SESSION_IN_SECONDS,
    });
    for (const environment of environments) {
      for (const policy of planRolePolicies(environment)) this.attach(planRole, policy, "plan");
    }
    this.planRoleArn = planRole.arn;
    this.deployRoleArns = Object.fromEntries(
      environments.map((environment) => {
        const registryOf = this.registriesOf(environment);
        this.addDriftRole(environment, registryOf);
        return [environment.name, this.addDeployRole(environment, registryOf).arn];
      }),
    );
  }

  /** Creates or reads the account's OIDC provider for GitHub. AWS trusts GitHub's certificates without thumbprints. */
  private addProvider(): ITerraformDependable {
    const url = `https://${GITHUB_ISSUER}`;
    if (this.props.settings.oidcProvider !== "existing") {
      return new IamOpenidConnectProvider(this, "provider", { url, clientIdList: [GITHUB_AUDIENCE] });
    }
    return new DataAwsIamOpenidConnectProvider(this, "provider", {
      url,
      lifecycle: {
        postcondition: [
          {
            condition: `\${contains(self.client_id_list, "${GITHUB_AUDIENCE}")}`,
            errorMessage: `The account's OIDC provider for GitHub does not have the audience ${GITHUB_AUDIENCE}: add the audience, or no workflow can assume a role.`,
          },
        ],
      },
    });
  }

  private addDriftRole(environment: DeployableEnvironment, registryOf: (algorithm: string) => string): void {
    const { name } = environment;
    const role = this.addRole(`${name}-drift`, {
      name: driftRoleName(environment),
      description: `Lets GitHub's workflows check the environment ${name} every day`,
      trust: driftRoleTrust(this.providerArn, this.props.settings, environment),
      maxSessionDuration: SHORT_SESSION_IN_SECONDS,
    });
    for (const policy of driftRolePolicies(environment, this.props.routes, registryOf)) {
      this.attach(role, policy, "check deployments");
    }
  }

  private addDeployRole(
    environment: DeployableEnvironment,
    registryOf: (algorithm: string) => string,
  ): IamRole {
    const { name } = environment;
    // A description never changes: Terraform replaces a policy with another description, and IAM refuses to delete a policy
    // that is a permissions boundary of a role.
    this.addPolicy(`${name}-boundary`, {
      ...environmentBoundary(environment, this.props.routes, registryOf),
      description: `The most that a role of the environment ${name} may do`,
    });
    const limits = this.addPolicy(`${name}-deploy-limits`, {
      ...deployLimitsPolicy(environment),
      description: `The most that the deployer of the environment ${name} may do`,
    });
    const role = this.addRole(`${name}-deploy`, {
      name: deployRoleName(environment),
      description: `Lets GitHub's workflows deploy the environment ${name}`,
      trust: deployRoleTrust(this.providerArn, this.props.settings, environment),
      maxSessionDuration: DEPLOY_SESSION_IN_SECONDS,
      permissionsBoundary: limits.arn,
    });
    for (const policy of deployRolePolicies(environment, this.props.routes))
      this.attach(role, policy, "deploy");
    return role;
  }

  /**
   * Accounts of SageMaker's images in the environment's region, by algorithm. Terraform's provider contains a list of the
   * accounts, and sends no request.
   */
  private registriesOf({ name, region }: DeployableEnvironment): (algorithm: string) => string {
    // Each registry is read once: CDKTF creates a new token whenever an attribute is read.
    const registries = new Map<string, string>();
    return (algorithm) => {
      const known = registries.get(algorithm);
      if (known !== undefined) return known;
      const { registryId } = new DataAwsSagemakerPrebuiltEcrImage(this, `${name}-image-${algorithm}`, {
        repositoryName: algorithm,
        region,
      });
      registries.set(algorithm, registryId);
      return registryId;
    };
  }

  private addRole(
    id: string,
    {
      trust,
      ...config
    }: {
      name: string;
      description: string;
      trust: PolicyDocument;
      maxSessionDuration: number;
      permissionsBoundary?: string;
    },
  ): IamRole {
    return new IamRole(this, id, {
      ...config,
      assumeRolePolicy: terraformJson(trust),
      dependsOn: [this.provider],
    });
  }

  private addPolicy(
    id: string,
    { policy, ...config }: { name: string; description: string; policy: PolicyDocument },
  ): IamPolicy {
    return new IamPolicy(this, id, { ...config, policy: terraformJson(policy) });
  }

  private attach(
    role: IamRole,
    { name, policy }: NamedPolicy,
    purpose: "plan" | "deploy" | "check deployments",
  ): void {
    const created = this.addPolicy(`${name}-policy`, {
      name,
      description: `Lets GitHub's workflows ${purpose}`,
      policy,
    });
    new IamRolePolicyAttachment(this, `${name}-attachment`, { role: role.name, policyArn: created.arn });
  }
}
