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
  type ParsedGithubSettings,
} from "../../environment/account";
import { deployRoleTrust, GITHUB_AUDIENCE, GITHUB_ISSUER, planRoleTrust } from "../../iam/deployment/github";
import {
  deployLimitsPolicy,
  deployRolePolicies,
  environmentBoundary,
  planRolePolicies,
} from "../../iam/deployment/pipeline-policies";
import type { NamedPolicy } from "../../iam/iam-limits";
import type { PolicyDocument } from "../../iam/policy-document";
import type { ModelRoutes } from "../../models";
import type { AwsScope } from "../terraform/aws-scope";
import { terraformJson } from "../terraform/terraform-json";

/** The shortest that IAM takes, and its default: a plan takes minutes. */
const PLAN_SESSION_IN_SECONDS = 3_600;

/**
 * Terraform's provider waits for an endpoint for up to an hour, for those of one environment at once, and for a page's
 * distribution as long: where credentials end before the apply, it can neither write the state nor unlock it.
 */
const DEPLOY_SESSION_IN_SECONDS = 3 * 3_600;

/** Props of {@link GithubRoles}. */
export interface GithubRolesProps {
  readonly account: AwsScope;
  /** Of the plan role; at most 64 characters. */
  readonly planRoleName: string;
  readonly settings: ParsedGithubSettings;
  /**
   * What is planned and deployed, at most 5: each adds two managed policies to the plan role. IAM takes all of their
   * policies: `pipeline-policies.ts` checks them before.
   */
  readonly environments: readonly DeployableEnvironment[];
  /** Where each model of the app is reached. */
  readonly routes: ModelRoutes;
}

/**
 * Who on GitHub may plan and deploy: the provider of its tokens, one role that reads, and for each environment one that
 * deploys, with the boundary of what it deploys.
 */
export class GithubRoles extends Construct {
  /** Known after the first apply, as are the next. */
  readonly planRoleArn: string;
  /** By the environment's name. */
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
      maxSessionDuration: PLAN_SESSION_IN_SECONDS,
    });
    for (const environment of environments) {
      for (const policy of planRolePolicies(environment)) this.attach(planRole, policy, "plan");
    }
    this.planRoleArn = planRole.arn;
    this.deployRoleArns = Object.fromEntries(
      environments.map((environment) => [environment.name, this.addDeployRole(environment).arn]),
    );
  }

  /** An account has one provider for an issuer. AWS trusts GitHub's certificates without thumbprints. */
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
            errorMessage: `The account's provider of GitHub's tokens does not know the audience ${GITHUB_AUDIENCE}: add it, or no workflow can take a role.`,
          },
        ],
      },
    });
  }

  private addDeployRole(environment: DeployableEnvironment): IamRole {
    const { name } = environment;
    this.addPolicy(`${name}-boundary`, {
      ...environmentBoundary(environment, this.registriesOf(environment)),
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
   * Accounts of SageMaker's own images in the environment's region, by algorithm: Terraform's provider knows them without
   * a request.
   */
  private registriesOf({ name, region }: DeployableEnvironment): (algorithm: string) => string {
    // Each registry once as a text: CDKTF makes a new reference whenever an attribute is read.
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

  private attach(role: IamRole, { name, policy }: NamedPolicy, does: "plan" | "deploy"): void {
    const made = this.addPolicy(`${name}-policy`, {
      name,
      description: `Lets GitHub's workflows ${does}`,
      policy,
    });
    new IamRolePolicyAttachment(this, `${name}-attachment`, { role: role.name, policyArn: made.arn });
  }
}
