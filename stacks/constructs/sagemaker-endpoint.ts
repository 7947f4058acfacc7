import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsSagemakerPrebuiltEcrImage } from "@cdktf/provider-aws/lib/data-aws-sagemaker-prebuilt-ecr-image";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SagemakerEndpoint as Endpoint } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import { SagemakerEndpointConfiguration } from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import { Construct } from "constructs";
import type { ModelSettings } from "../../environments/environment";
import { endpointRolePolicy, endpointRoleTrust } from "../policies/endpoint-role";
import type { Account } from "./account";
import type { Artifact } from "./artifact-bucket";
import { Revision } from "./revision";
import { terraformJson } from "./terraform-json";

/** Props of {@link SagemakerEndpoint}. */
export interface SagemakerEndpointProps {
  readonly account: Account;
  /** Name of the endpoint, and prefix of its model's, configuration's and role's names; at most 54 characters. */
  readonly name: string;
  readonly artifact: Artifact;
  /** Image and size. */
  readonly settings: Pick<ModelSettings, "image" | "serverless">;
  /** Days that the log of the endpoint's containers is kept; one of CloudWatch's steps. */
  readonly logRetentionInDays: number;
  /** Refuse to plan the endpoint's destruction. */
  readonly protected: boolean;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * An update must not change the variant's name
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateEndpoint.html).
 */
const VARIANT_NAME = "AllTraffic";

/**
 * A serverless endpoint with its execution role, model and configuration.
 *
 * The endpoint keeps its name for ever. Model and configuration are immutable in AWS: each revision has a name of
 * its own and is created before the old one goes, so that a change rolls out instead of taking the endpoint down.
 */
export class SagemakerEndpoint extends Construct {
  /** Known before anything is deployed. */
  readonly endpointName: string;
  /** Known before anything is deployed. */
  readonly endpointArn: string;
  /** The endpoint itself, for dependencies. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: SagemakerEndpointProps) {
    super(scope, id);
    const { account, name, settings, tags } = props;
    const image = this.resolveImage(account, settings.image);

    const logGroupName = `/aws/sagemaker/Endpoints/${name}`;
    const logGroup = new CloudwatchLogGroup(this, "log-group", {
      name: logGroupName,
      retentionInDays: props.logRetentionInDays,
      tags,
    });
    const role = new IamRole(this, "role", {
      name: `${name}-endpoint`,
      description: `Execution role of the SageMaker endpoint ${name}`,
      assumeRolePolicy: terraformJson(
        endpointRoleTrust({ accountId: account.accountId, regionArnPrefix: account.arnPrefix("sagemaker") }),
      ),
      tags,
    });
    const { artifact } = props;
    const { serverless } = settings;
    const modelRevision = new Revision(this, "model-revision", { artifact: artifact.url, image: image.uri });
    // As many policies as models: while one takes over from another, and where SageMaker goes back to the old one,
    // the role reads the artifacts of both.
    const policy = new IamRolePolicy(this, "policy", {
      name: `endpoint-${modelRevision.digits}`,
      role: role.name,
      policy: terraformJson(
        endpointRolePolicy({
          repositoryArn: image.repositoryArn,
          artifactArn: artifact.arn,
          logGroupArn: account.arn("logs", `log-group:${logGroupName}`),
        }),
      ),
      lifecycle: { createBeforeDestroy: true },
    });
    const model = new SagemakerModel(this, "model", {
      name: `${name}-${modelRevision.digits}`,
      executionRoleArn: role.arn,
      primaryContainer: { image: image.uri, modelDataUrl: artifact.url },
      tags,
      lifecycle: { createBeforeDestroy: true },
      // SageMaker reads the artifact with the role while it creates the model.
      dependsOn: [policy, ...artifact.dependsOn],
    });

    const revision = new Revision(this, "configuration-revision", { model: model.name, ...serverless });
    const configuration = new SagemakerEndpointConfiguration(this, "configuration", {
      name: `${name}-${revision.digits}`,
      productionVariants: [
        {
          variantName: VARIANT_NAME,
          modelName: model.name,
          serverlessConfig: {
            memorySizeInMb: serverless.memorySizeInMb,
            maxConcurrency: serverless.maxConcurrency,
            ...(serverless.provisionedConcurrency === undefined
              ? {}
              : { provisionedConcurrency: serverless.provisionedConcurrency }),
          },
        },
      ],
      tags,
      lifecycle: { createBeforeDestroy: true },
    });

    this.endpointName = name;
    this.endpointArn = account.arn("sagemaker", `endpoint/${name}`);
    this.endpoint = new Endpoint(this, "endpoint", {
      name,
      endpointConfigName: configuration.name,
      tags,
      // SageMaker would create the group without a retention.
      dependsOn: [logGroup],
      lifecycle: {
        ...(props.protected ? { preventDestroy: true } : {}),
        postcondition: [
          {
            condition: `\${self.endpoint_config_name == ${configuration.fqn}.name}`,
            errorMessage:
              `SageMaker rolled the update of endpoint ${name} back to its old configuration: the new model did not ` +
              `come up. Read the log group ${logGroupName}, mend the model, or take the change back, and apply ` +
              "again; the old configuration is still live and was not deleted.",
          },
        ],
      },
    });
  }

  private resolveImage(
    account: Account,
    image: ModelSettings["image"],
  ): { uri: string; repositoryArn: string } {
    if ("uri" in image) {
      const [registry = "", repositoryAndVersion = ""] = image.uri.split(/\/(.*)/s);
      const [accountId, , , region] = registry.split(".");
      const repository = repositoryAndVersion.split(/[:@]/)[0];
      return {
        uri: image.uri,
        repositoryArn: `arn:${account.partition}:ecr:${region}:${accountId}:repository/${repository}`,
      };
    }
    const prebuilt = new DataAwsSagemakerPrebuiltEcrImage(this, "image", {
      repositoryName: image.algorithm,
      imageTag: image.tag,
    });
    return {
      uri: prebuilt.registryPath,
      repositoryArn: `arn:${account.partition}:ecr:${account.region}:${prebuilt.registryId}:repository/${image.algorithm}`,
    };
  }
}
