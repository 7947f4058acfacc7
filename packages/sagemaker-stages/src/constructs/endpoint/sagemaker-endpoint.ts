import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SagemakerEndpoint as Endpoint } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import {
  SagemakerEndpointConfiguration,
  type SagemakerEndpointConfigurationDataCaptureConfig,
  type SagemakerEndpointConfigurationProductionVariants,
} from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import { SagemakerModel } from "@cdktf/provider-aws/lib/sagemaker-model";
import { Construct } from "constructs";
import { CAPTURE_MODES, type DataCaptureSettings, type NewEndpoint } from "../../environment/model-settings";
import { type EndpointNeeds, endpointRolePolicy, endpointRoleTrust } from "../../iam/workload/endpoint-role";
import type { NetworkPlace } from "../network/network";
import type { Account } from "../terraform/account";
import { terraformJson, terraformText } from "../terraform/terraform-json";
import type { Artifact } from "./artifact-bucket";
import { EndpointDeployment } from "./endpoint-deployment";
import { EndpointScaling, scalingOf } from "./endpoint-scaling";
import { modelImage } from "./model-image";
import { Revision, type RevisionContent } from "./revision";

/** Props of {@link SagemakerEndpoint}. */
export interface SagemakerEndpointProps {
  readonly account: Account;
  /** Name of the endpoint, and prefix of its model's, configuration's and role's names; at most 54 characters. */
  readonly name: string;
  readonly artifact: Artifact;
  /** Everything else of it. */
  readonly settings: NewEndpoint;
  /**
   * Where its containers run.
   *
   * @default - SageMaker's own network
   */
  readonly network?: NetworkPlace | undefined;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
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
 * An endpoint with its execution role, model and configuration.
 *
 * The endpoint keeps its name for ever. Model and configuration are immutable in AWS: each revision has a name of
 * its own and is created before the old one goes, so that a change rolls out instead of taking the endpoint down.
 */
export class SagemakerEndpoint extends Construct {
  /** Known before anything is deployed. */
  readonly endpointName: string;
  /** Known before anything is deployed. */
  readonly endpointArn: string;
  /** Of its execution role; known before anything is deployed. */
  readonly roleArn: string;
  /** ARN of the artifact's object. */
  readonly artifactArn: string;
  /** ARN of the objects that data capture writes, where it does. */
  readonly capturedObjectsArn: string | undefined;
  /** The model, for dependencies and for whoever uses the construct. */
  readonly model: SagemakerModel;
  readonly configuration: SagemakerEndpointConfiguration;
  /** The endpoint itself. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: SagemakerEndpointProps) {
    super(scope, id);
    const { account, name, settings, artifact, network, tags } = props;
    const roleName = `${name}-endpoint`;
    this.endpointName = name;
    this.endpointArn = account.arn("sagemaker", `endpoint/${name}`);
    this.roleArn = account.roleArn(roleName);
    this.artifactArn = artifact.arn;
    const onInstances = "instances" in settings ? settings : undefined;
    const capture = onInstances?.dataCapture;
    this.capturedObjectsArn =
      capture && `${account.objectArn(`${capture.destination}/${name}/${VARIANT_NAME}`)}/*`;

    const image = modelImage(this, account, settings.image);
    const deployment =
      settings.deployment === undefined
        ? undefined
        : new EndpointDeployment(this, "deployment", {
            account,
            endpointName: name,
            variantName: VARIANT_NAME,
            settings: settings.deployment,
            tags,
          });
    const logGroupName = `/aws/sagemaker/Endpoints/${name}`;
    const logGroup = new CloudwatchLogGroup(this, "log-group", {
      name: logGroupName,
      retentionInDays: props.logRetentionInDays,
      tags,
    });
    const role = new IamRole(this, "role", {
      name: roleName,
      description: `Execution role of the SageMaker endpoint ${name}`,
      assumeRolePolicy: terraformJson(
        endpointRoleTrust({ accountId: account.accountId, regionArnPrefix: account.arnPrefix("sagemaker") }),
      ),
      ...(props.permissionsBoundaryArn === undefined
        ? {}
        : { permissionsBoundary: props.permissionsBoundaryArn }),
      tags,
    });

    const variables = containerVariables(settings);
    const isolation = onInstances?.networkIsolation === true ? { enableNetworkIsolation: true } : {};
    const modelRevision = new Revision(this, "model-revision", {
      artifact: terraformText(artifact.url),
      image: image.uri,
      ...variables,
      ...isolation,
      ...(network === undefined
        ? {}
        : { subnets: network.subnetIds.join(), securityGroups: network.securityGroupIds.join() }),
    });
    const needs: EndpointNeeds = {
      repositoryArn: image.repositoryArn,
      artifactArn: artifact.arn,
      logGroupArn: account.arn("logs", `log-group:${logGroupName}`),
      s3ServiceName: account.serviceName("s3"),
      artifactKeyArn: settings.artifactKeyArn,
      volumeKeyArn: onInstances?.volumeKeyArn,
      dataCapture:
        this.capturedObjectsArn === undefined
          ? undefined
          : { objectsArn: this.capturedObjectsArn, keyArn: capture?.kmsKeyArn },
      alarmArns: deployment?.alarmArns,
      network: network === undefined ? undefined : networkInterfacePlaces(account, network),
    };
    // A policy for each set of needs: while one configuration takes over from another, and where SageMaker goes back to
    // the old one, the role has what both need.
    const policyRevision = new Revision(this, "policy-revision", needsContent(needs));
    const policy = new IamRolePolicy(this, "policy", {
      name: `endpoint-${policyRevision.digits}`,
      role: role.name,
      policy: terraformJson(endpointRolePolicy(needs)),
      lifecycle: { createBeforeDestroy: true },
    });
    this.model = new SagemakerModel(this, "model", {
      name: `${name}-${modelRevision.digits}`,
      executionRoleArn: role.arn,
      primaryContainer: { image: image.uri, modelDataUrl: terraformText(artifact.url), ...variables },
      ...isolation,
      ...(network === undefined
        ? {}
        : {
            vpcConfig: { subnets: [...network.subnetIds], securityGroupIds: [...network.securityGroupIds] },
          }),
      tags,
      lifecycle: { createBeforeDestroy: true },
      // SageMaker reads the artifact with the role while it creates the model.
      dependsOn: [policy, ...artifact.dependsOn],
    });

    const variant = variantOf(settings);
    const volume = onInstances?.volumeKeyArn === undefined ? {} : { kmsKeyArn: onInstances.volumeKeyArn };
    const revision = new Revision(this, "configuration-revision", {
      model: this.model.name,
      ...variant.content,
      ...volume,
      ...(capture === undefined ? {} : { dataCapture: captureContent(capture) }),
    });
    this.configuration = new SagemakerEndpointConfiguration(this, "configuration", {
      name: `${name}-${revision.digits}`,
      productionVariants: [{ variantName: VARIANT_NAME, modelName: this.model.name, ...variant.arguments }],
      ...volume,
      ...(capture === undefined ? {} : { dataCaptureConfig: dataCaptureConfig(capture) }),
      tags,
      lifecycle: { createBeforeDestroy: true },
    });

    this.endpoint = new Endpoint(this, "endpoint", {
      name,
      endpointConfigName: this.configuration.name,
      ...(deployment === undefined ? {} : { deploymentConfig: deployment.config }),
      tags,
      // SageMaker would create the group without a retention; and the old policy may go only after the update.
      dependsOn: [logGroup, policy],
      lifecycle: {
        ...(props.protected ? { preventDestroy: true } : {}),
        postcondition: [
          {
            condition: `\${self.endpoint_config_name == ${this.configuration.fqn}.name}`,
            errorMessage:
              `SageMaker rolled the update of endpoint ${name} back to its old configuration: the new model did not ` +
              `come up. Read the log group ${logGroupName}, mend the model, or take the change back, and apply ` +
              "again; the old configuration is still live and was not deleted.",
          },
        ],
      },
    });

    const scaling = scalingOf(settings);
    if (scaling !== undefined) {
      new EndpointScaling(this, "scaling", {
        endpointName: name,
        variantName: VARIANT_NAME,
        scaling,
        endpoint: this.endpoint,
        tags,
      });
    }
  }
}

/** A variant's compute, as the configuration takes it and as a plan tells of its changes. */
interface Variant {
  readonly arguments: SagemakerEndpointConfigurationProductionVariants;
  readonly content: RevisionContent;
}

function variantOf(settings: NewEndpoint): Variant {
  if ("serverless" in settings) {
    const { autoscaling: _, ...content } = settings.serverless;
    return { arguments: { serverlessConfig: content }, content: { ...content } };
  }
  const { autoscaling: _, ...content } = settings.instances;
  return { arguments: content, content: { ...content } };
}

function dataCaptureConfig(settings: DataCaptureSettings): SagemakerEndpointConfigurationDataCaptureConfig {
  const { destination, samplingPercentage, captureModes = CAPTURE_MODES, kmsKeyArn } = settings;
  return {
    enableCapture: true,
    destinationS3Uri: terraformText(destination),
    initialSamplingPercentage: samplingPercentage,
    captureOptions: captureModes.map((captureMode) => ({ captureMode })),
    ...(kmsKeyArn === undefined ? {} : { kmsKeyId: kmsKeyArn }),
  };
}

function captureContent({ captureModes, destination, ...settings }: DataCaptureSettings): RevisionContent {
  return {
    destination: terraformText(destination),
    ...settings,
    captureModes: (captureModes ?? CAPTURE_MODES).join(),
  };
}

/** What of its needs can differ between two configurations of one endpoint, as a plan tells of it. */
function needsContent({ repositoryArn, artifactArn, ...needs }: EndpointNeeds): RevisionContent {
  const { artifactKeyArn, volumeKeyArn, dataCapture, alarmArns = [], network } = needs;
  return {
    artifact: terraformText(artifactArn),
    repository: repositoryArn,
    ...(artifactKeyArn === undefined ? {} : { artifactKey: artifactKeyArn }),
    ...(volumeKeyArn === undefined ? {} : { volumeKey: volumeKeyArn }),
    ...(dataCapture === undefined ? {} : { capturedObjects: terraformText(dataCapture.objectsArn) }),
    ...(dataCapture?.keyArn === undefined ? {} : { captureKey: dataCapture.keyArn }),
    ...(alarmArns.length === 0 ? {} : { alarms: terraformText(alarmArns.join()) }),
    ...(network === undefined
      ? {}
      : { subnets: network.subnetArns.join(), securityGroups: network.securityGroupArns.join() }),
  };
}

function networkInterfacePlaces(account: Account, { subnetIds, securityGroupIds }: NetworkPlace) {
  return {
    subnetArns: subnetIds.map((subnet) => account.arn("ec2", `subnet/${subnet}`)),
    securityGroupArns: securityGroupIds.map((group) => account.arn("ec2", `security-group/${group}`)),
    networkInterfacesArn: account.arn("ec2", "network-interface/*"),
  };
}

/** Where there are any. Values of other people may look like Terraform's own. */
function containerVariables({ containerEnvironment = {} }: NewEndpoint): {
  readonly environment?: Record<string, string>;
} {
  const escaped = Object.entries(containerEnvironment).map(([name, value]) => [name, terraformText(value)]);
  return escaped.length === 0 ? {} : { environment: Object.fromEntries(escaped) };
}
