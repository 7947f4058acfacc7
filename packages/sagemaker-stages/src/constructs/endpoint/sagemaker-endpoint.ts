import { CloudwatchLogGroup } from "@cdktf/provider-aws/lib/cloudwatch-log-group";
import { DataAwsCloudcontrolapiResource } from "@cdktf/provider-aws/lib/data-aws-cloudcontrolapi-resource";
import { IamRole } from "@cdktf/provider-aws/lib/iam-role";
import { IamRolePolicy } from "@cdktf/provider-aws/lib/iam-role-policy";
import { SagemakerEndpoint as Endpoint } from "@cdktf/provider-aws/lib/sagemaker-endpoint";
import {
  SagemakerEndpointConfiguration,
  type SagemakerEndpointConfigurationAsyncInferenceConfig,
  type SagemakerEndpointConfigurationDataCaptureConfig,
  type SagemakerEndpointConfigurationProductionVariants,
} from "@cdktf/provider-aws/lib/sagemaker-endpoint-configuration";
import { SagemakerModel, type SagemakerModelConfig } from "@cdktf/provider-aws/lib/sagemaker-model";
import { dependable, type ITerraformDependable, type Precondition } from "cdktf";
import { Construct } from "constructs";
import { ASYNC_FOLDERS } from "../../environment/async-requests";
import { VARIANT_NAME } from "../../environment/captured-requests";
import type { ParsedNewEndpoint } from "../../environment/model-settings";
import type { ParsedAsyncSettings } from "../../environment/settings/endpoint/async";
import type { ParsedDataCaptureSettings } from "../../environment/settings/endpoint/data-capture";
import type { ParsedInstanceEndpoint } from "../../environment/settings/endpoint/endpoint";
import type { ArtifactLocation } from "../../iam/workload/artifact-location";
import {
  type EndpointNeeds,
  endpointRolePolicy,
  endpointRoleTrust,
  type SecretNeeds,
} from "../../iam/workload/endpoint-role";
import type { AsyncObjects } from "../../iam/workload/function-role";
import type { BucketAccess } from "../../iam/workload/network";
import { omitUndefined } from "../../lib/omit-undefined";
import type { VpcConfig } from "../network/vpc-config";
import type { AwsScope } from "../terraform/aws-scope";
import { moveFrom } from "../terraform/move-from";
import { terraformJson, terraformText } from "../terraform/terraform-json";
import { EndpointDeployment } from "./endpoint-deployment";
import { EndpointScaling, scalingOf } from "./endpoint-scaling";
import { ModelContainer, type SourcedContainer } from "./model-container";
import { ModelImages } from "./model-image";
import { Revision, type RevisionContent } from "./revision";

/** Props of {@link SagemakerEndpoint}. */
export interface SagemakerEndpointProps {
  readonly account: AwsScope;
  /** Name of the endpoint, and prefix of its model's, configuration's and role's names; at most 54 characters. */
  readonly name: string;
  /** The containers of the model, one or more. */
  readonly containers: readonly SourcedContainer[];
  /** The endpoint's other settings. */
  readonly settings: ParsedNewEndpoint;
  /**
   * Subnets and security groups of the containers.
   *
   * @default - SageMaker's own network
   */
  readonly network?: VpcConfig | undefined;
  /**
   * ARN of the permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundaryArn?: string | undefined;
  /** Days that the log of the endpoint's containers is kept; one of CloudWatch's steps. */
  readonly logRetentionInDays: number;
  /** The objects of asynchronous requests. @default - the endpoint answers in real time */
  readonly asyncStorage?: AsyncStorage | undefined;
  /** Whether Terraform refuses to plan the endpoint's destruction. */
  readonly protected: boolean;
  /** Tags beyond the provider's default tags. */
  readonly tags: Readonly<Record<string, string>>;
}

/** The place of the asynchronous requests of one endpoint. */
export interface AsyncStorage {
  /** `s3://<bucket>/<endpoint>` */
  readonly location: string;
  readonly objects: AsyncObjects;
  /** The bucket with its settings: data of callers must not be written earlier. */
  readonly dependsOn: ITerraformDependable;
}

/**
 * An endpoint with its execution role, model and configuration.
 *
 * The endpoint's name is stable. Model and configuration are immutable in AWS: each revision has another name, and is
 * created before the previous revision is destroyed. A change therefore rolls out while the endpoint keeps serving.
 */
export class SagemakerEndpoint extends Construct {
  /** Known before the deployment. */
  readonly endpointName: string;
  /** Known before the deployment. */
  readonly endpointArn: string;
  /** ARN of the execution role; known before the deployment. */
  readonly roleArn: string;
  /** The buckets of the artifacts, for the policy of the VPC endpoint for S3. */
  readonly artifactBuckets: Pick<BucketAccess, "bucketArns" | "listedBucketArns">;
  /** ARN of the objects that data capture writes; `undefined` without data capture. */
  readonly capturedObjectsArn: string | undefined;
  /** The objects of asynchronous requests; `undefined` for an endpoint that answers in real time. */
  readonly asyncObjects: AsyncObjects | undefined;
  /** The model, for dependencies and overrides. */
  readonly model: SagemakerModel;
  readonly configuration: SagemakerEndpointConfiguration;
  /** Terraform's resource of the endpoint. */
  readonly endpoint: Endpoint;

  constructor(scope: Construct, id: string, props: SagemakerEndpointProps) {
    super(scope, id);
    const { account, name } = props;
    this.endpointName = name;
    this.endpointArn = account.arn("sagemaker", `endpoint/${name}`);
    this.roleArn = account.roleArn(roleNameOf(props));
    const containers = this.createContainers(props);
    this.artifactBuckets = bucketsOf(containers);
    this.capturedObjectsArn = capturedObjectsArn(props);
    this.asyncObjects = props.asyncStorage?.objects;

    const deployment = this.createDeployment(props);
    const logGroup = this.createLogGroup(props);
    const role = this.createRole(props);
    const model = this.createModelRevision(containers, props);
    const policy = this.createRolePolicy(role, endpointNeeds(containers, deployment, props));
    this.model = this.createModel(model, containers, role, policy, props);
    const revision = this.createConfigurationRevision(props);
    this.configuration = this.createEndpointConfiguration(revision, props);
    this.endpoint = this.createEndpoint(deployment, [logGroup, policy], revision, props);
    this.createScaling(props);
  }

  private createContainers({ account, containers }: SagemakerEndpointProps): readonly ModelContainer[] {
    const images = new ModelImages(this, account);
    return containers.map((container) => new ModelContainer(container, images));
  }

  private createDeployment(props: SagemakerEndpointProps): EndpointDeployment | undefined {
    const { account, name, settings, tags } = props;
    if (settings.deployment === undefined) return undefined;
    return new EndpointDeployment(this, "deployment", {
      account,
      endpointName: name,
      variantName: VARIANT_NAME,
      settings: settings.deployment,
      tags,
    });
  }

  private createLogGroup({ name, logRetentionInDays, tags }: SagemakerEndpointProps): CloudwatchLogGroup {
    return new CloudwatchLogGroup(this, "log-group", {
      name: logGroupNameOf(name),
      retentionInDays: logRetentionInDays,
      tags,
    });
  }

  private createRole(props: SagemakerEndpointProps): IamRole {
    const { account, name, tags } = props;
    return new IamRole(
      this,
      "role",
      omitUndefined({
        name: roleNameOf(props),
        description: `Execution role of the SageMaker endpoint ${name}`,
        assumeRolePolicy: terraformJson(
          endpointRoleTrust({
            accountId: account.accountId,
            regionArnPrefix: account.arnPrefix("sagemaker"),
          }),
        ),
        permissionsBoundary: props.permissionsBoundaryArn,
        tags,
      }),
    );
  }

  /**
   * Creates a policy for each revision of the endpoint's needs. During an update, and during the rollback of an update, the
   * role has the permissions of both revisions.
   */
  private createRolePolicy(role: IamRole, needs: EndpointNeeds): IamRolePolicy {
    const revision = new Revision(this, "policy-revision", needsContent(needs));
    return new IamRolePolicy(this, "policy", {
      name: `endpoint-${revision.digits}`,
      role: role.name,
      policy: terraformJson(endpointRolePolicy(needs)),
      lifecycle: { createBeforeDestroy: true },
    });
  }

  private createModelRevision(
    containers: readonly ModelContainer[],
    { settings, network }: SagemakerEndpointProps,
  ): Revision {
    return new Revision(
      this,
      "model-revision",
      omitUndefined({
        ...modelContent(containers),
        invocation: inferenceMode(settings),
        enableNetworkIsolation: enableNetworkIsolation(settings),
        subnets: network?.subnetIds.join(),
        securityGroups: network?.securityGroupIds.join(),
      }),
    );
  }

  private createModel(
    revision: Revision,
    containers: readonly ModelContainer[],
    role: IamRole,
    policy: IamRolePolicy,
    { name, settings, network, tags }: SagemakerEndpointProps,
  ): SagemakerModel {
    const approvals = containers.flatMap((container) => this.approvalOf(container));
    return new SagemakerModel(
      this,
      "model",
      omitUndefined({
        name: `${name}-${revision.digits}`,
        executionRoleArn: role.arn,
        ...containerArguments(containers, settings),
        enableNetworkIsolation: enableNetworkIsolation(settings),
        vpcConfig: network && {
          subnets: [...network.subnetIds],
          securityGroupIds: [...network.securityGroupIds],
        },
        tags,
        lifecycle: omitUndefined({
          createBeforeDestroy: true,
          precondition: approvals.length === 0 ? undefined : approvals,
        }),
        // SageMaker reads the artifact with the role while it creates the model.
        dependsOn: [policy, ...new Set(containers.flatMap(({ dependsOn }) => dependsOn))],
      }),
    );
  }

  /**
   * The precondition that a package of the Model Registry is approved. Terraform reads the status with each plan, and refuses
   * the plan unless the environment sets `approval: "any"`.
   */
  private approvalOf({ source: { name, modelPackage } }: ModelContainer): Precondition[] {
    if (modelPackage === undefined || modelPackage.approval === "any") return [];
    const { arn } = modelPackage;
    const read = new DataAwsCloudcontrolapiResource(
      this,
      name === undefined ? "package" : `package-${name}`,
      { typeName: "AWS::SageMaker::ModelPackage", identifier: arn },
    );
    return [
      {
        condition: `\${try(jsondecode(${read.fqn}.properties).ModelApprovalStatus, "none") == "Approved"}`,
        errorMessage:
          `The package ${arn} is not approved. Approve the version in the Model Registry, name an approved version, or ` +
          'set approval: "any" for this environment.',
      },
    ];
  }

  private createConfigurationRevision({ settings, asyncStorage }: SagemakerEndpointProps): Revision {
    const { volumeKeyArn: kmsKeyArn, dataCapture, instances } = instanceSettingsOf(settings);
    if (instances?.async !== undefined && asyncStorage === undefined) {
      throw new Error(`${this.node.path}: got instances.async without the prop asyncStorage; allowed: both`);
    }
    return new Revision(
      this,
      "configuration-revision",
      omitUndefined({
        model: this.model.name,
        ...variantOf(settings).content,
        kmsKeyArn,
        dataCapture: dataCapture && captureContent(dataCapture),
        async: instances?.async && asyncStorage && asyncContent(instances.async, asyncStorage),
      }),
    );
  }

  private createEndpointConfiguration(
    revision: Revision,
    { name, settings, asyncStorage, tags }: SagemakerEndpointProps,
  ): SagemakerEndpointConfiguration {
    const variant = variantOf(settings);
    const { volumeKeyArn: kmsKeyArn, dataCapture, instances } = instanceSettingsOf(settings);
    return new SagemakerEndpointConfiguration(
      this,
      "configuration",
      omitUndefined({
        name: `${name}-${revision.digits}`,
        productionVariants: [{ variantName: VARIANT_NAME, modelName: this.model.name, ...variant.arguments }],
        kmsKeyArn,
        dataCaptureConfig: dataCapture && dataCaptureConfig(dataCapture),
        asyncInferenceConfig: instances?.async && asyncStorage && asyncConfig(instances.async, asyncStorage),
        tags,
        lifecycle: { createBeforeDestroy: true },
        dependsOn: asyncStorage && [asyncStorage.dependsOn],
      }),
    );
  }

  /**
   * SageMaker does not change an asynchronous endpoint to real-time requests ({@link asyncConfig}), so that Terraform must replace the
   * endpoint in both directions. An endpoint that becomes asynchronous is replaced by `replaceTriggeredBy`. An endpoint that answers in
   * real time cannot have this argument, because every existing stack would change. Therefore asynchronous endpoints have another
   * address in Terraform: without `async`, the address is absent, Terraform deletes its endpoint, and creates the endpoint of the usual
   * address. The deletion is first: the asynchronous endpoint depends on the configuration, whose replacement waits for the deletion
   * of everything that depended on the configuration, and the new endpoint waits for the new configuration.
   *
   * @param dependsOn - the role's policy, and the log group: SageMaker would create the group without a retention
   */
  private createEndpoint(
    deployment: EndpointDeployment | undefined,
    dependsOn: ITerraformDependable[],
    revision: Revision,
    { name, tags, asyncStorage, protected: isProtected }: SagemakerEndpointProps,
  ): Endpoint {
    const isAsync = asyncStorage !== undefined;
    const endpoint = new Endpoint(
      this,
      isAsync ? ASYNC_ENDPOINT_ID : ENDPOINT_ID,
      omitUndefined({
        name,
        endpointConfigName: this.configuration.name,
        deploymentConfig: deployment?.config,
        tags,
        // Terraform then deletes the previous policy only after the update.
        dependsOn,
        lifecycle: omitUndefined({
          preventDestroy: isProtected || undefined,
          // The revision of an endpoint that answers in real time has no such attribute, so that Terraform replaces the endpoint
          // when it appears, and not with later changes.
          replaceTriggeredBy: isAsync
            ? [`${dependable(revision)}.triggers_replace.async.location`]
            : undefined,
          postcondition: [
            {
              condition: `\${self.endpoint_config_name == ${this.configuration.fqn}.name}`,
              errorMessage:
                `SageMaker rolled back the update of the endpoint ${name}: the new model did not start. Read the log ` +
                `group ${logGroupNameOf(name)}, repair the model or revert the change, and apply again. The endpoint ` +
                "still serves the previous configuration, which was not deleted.",
            },
          ],
        }),
      }),
    );
    // The endpoint that becomes asynchronous is replaced at its new address. Without the move, the asynchronous endpoints of stacks
    // that the engine synthesized with one address for both kinds would be replaced, too.
    if (isAsync) moveFrom(this, ENDPOINT_ID, endpoint);
    return endpoint;
  }

  private createScaling({ name, settings, tags }: SagemakerEndpointProps): void {
    const scaling = scalingOf(settings);
    if (scaling === undefined) return;
    new EndpointScaling(this, "scaling", {
      endpointName: name,
      variantName: VARIANT_NAME,
      scaling,
      endpoint: this.endpoint,
      tags,
    });
  }
}

/** The ids of the endpoint's resource: one for real-time requests, and one for asynchronous requests. */
const ENDPOINT_ID = "endpoint";
const ASYNC_ENDPOINT_ID = "async-endpoint";

function roleNameOf({ name }: Pick<SagemakerEndpointProps, "name">): string {
  return `${name}-endpoint`;
}

function logGroupNameOf(name: string): string {
  return `/aws/sagemaker/Endpoints/${name}`;
}

/** The settings that only an endpoint on instances has. */
function instanceSettingsOf(settings: ParsedNewEndpoint): Partial<ParsedInstanceEndpoint> {
  return "instances" in settings ? settings : {};
}

/** `undefined` instead of `false`: CDKTF then omits the argument. */
function enableNetworkIsolation(settings: ParsedNewEndpoint): true | undefined {
  return instanceSettingsOf(settings).networkIsolation === true ? true : undefined;
}

function capturedObjectsArn({ account, name, settings }: SagemakerEndpointProps): string | undefined {
  const { dataCapture } = instanceSettingsOf(settings);
  return dataCapture && `${account.objectArn(`${dataCapture.destination}/${name}/${VARIANT_NAME}`)}/*`;
}

function endpointNeeds(
  containers: readonly ModelContainer[],
  deployment: EndpointDeployment | undefined,
  props: SagemakerEndpointProps,
): EndpointNeeds {
  const { account, name, settings, network } = props;
  const { volumeKeyArn, dataCapture, instances } = instanceSettingsOf(settings);
  const objectsArn = capturedObjectsArn(props);
  return {
    repositoryArns: [...new Set(containers.flatMap(({ repositoryArns }) => repositoryArns))],
    artifacts: locationsOf(containers),
    logGroupArn: account.arn("logs", `log-group:${logGroupNameOf(name)}`),
    s3ServiceName: account.serviceName("s3"),
    artifactKeyArns: eachOnce(containers.map(({ source }) => source.artifactKeyArn)),
    secrets: secretNeeds(containers, account),
    volumeKeyArn,
    dataCapture: objectsArn === undefined ? undefined : { objectsArn, keyArn: dataCapture?.kmsKeyArn },
    asyncRequests: props.asyncStorage && {
      ...props.asyncStorage.objects,
      topicArns: eachOnce([instances?.async?.successTopicArn, instances?.async?.failureTopicArn]),
    },
    alarmArns: deployment?.alarmArns,
    network: network && networkInterfaceScope(account, network),
  };
}

/** A variant's compute: the arguments of the configuration, and the content that a plan shows. */
interface Variant {
  readonly arguments: SagemakerEndpointConfigurationProductionVariants;
  readonly content: RevisionContent;
}

function variantOf(settings: ParsedNewEndpoint): Variant {
  if ("serverless" in settings) {
    const { autoscaling: _, schedule: __, ...content } = settings.serverless;
    return { arguments: { serverlessConfig: content }, content: { ...content } };
  }
  const { autoscaling: _, schedule: __, async: ___, ...content } = settings.instances;
  return { arguments: content, content: { ...content } };
}

function dataCaptureConfig(
  settings: ParsedDataCaptureSettings,
): SagemakerEndpointConfigurationDataCaptureConfig {
  return omitUndefined({
    enableCapture: true,
    destinationS3Uri: terraformText(settings.destination),
    initialSamplingPercentage: settings.samplingPercentage,
    captureOptions: settings.captureModes.map((captureMode) => ({ captureMode })),
    kmsKeyId: settings.kmsKeyArn,
  });
}

function captureContent({
  captureModes,
  destination,
  ...settings
}: ParsedDataCaptureSettings): RevisionContent {
  return { destination: terraformText(destination), ...settings, captureModes: captureModes.join() };
}

/**
 * SageMaker appends the name of each object to these locations, and answers with the whole locations
 * (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpointAsync.html).
 */
function asyncConfig(
  settings: ParsedAsyncSettings,
  { location }: AsyncStorage,
): SagemakerEndpointConfigurationAsyncInferenceConfig {
  const { maxConcurrentRequestsPerInstance, successTopicArn: successTopic } = settings;
  const errorTopic = settings.failureTopicArn;
  const hasTopics = successTopic !== undefined || errorTopic !== undefined;
  return omitUndefined({
    clientConfig:
      maxConcurrentRequestsPerInstance === undefined
        ? undefined
        : { maxConcurrentInvocationsPerInstance: maxConcurrentRequestsPerInstance },
    outputConfig: omitUndefined({
      s3OutputPath: `${location}/${ASYNC_FOLDERS.results}`,
      s3FailurePath: `${location}/${ASYNC_FOLDERS.failures}`,
      // The bucket encrypts every object with the key. The setting excludes another default of SageMaker for results.
      kmsKeyId: settings.kmsKeyArn,
      notificationConfig: hasTopics ? omitUndefined({ successTopic, errorTopic }) : undefined,
    }),
  });
}

/** The part of the settings that belongs to the configuration, as a plan shows it. */
function asyncContent(settings: ParsedAsyncSettings, { location }: AsyncStorage): RevisionContent {
  const { maxConcurrentRequestsPerInstance, successTopicArn, failureTopicArn, kmsKeyArn } = settings;
  return omitUndefined({
    location,
    maxConcurrentRequestsPerInstance,
    successTopicArn,
    failureTopicArn,
    kmsKeyArn,
  });
}

/** The needs that can differ between two configurations of one endpoint, as a plan shows them. */
function needsContent({ repositoryArns, artifacts, ...needs }: EndpointNeeds): RevisionContent {
  const {
    artifactKeyArns = [],
    secrets,
    volumeKeyArn,
    dataCapture,
    asyncRequests,
    alarmArns = [],
    network,
  } = needs;
  return omitUndefined({
    artifact: joined(artifacts.map(({ objectsArn }) => terraformText(objectsArn))),
    repository: joined(repositoryArns),
    artifactKey: joined(artifactKeyArns),
    secrets: joined(secrets?.secretArns ?? []),
    secretsKey: joined(secrets?.keyArns ?? []),
    volumeKey: volumeKeyArn,
    capturedObjects: dataCapture && terraformText(dataCapture.objectsArn),
    captureKey: dataCapture?.keyArn,
    asyncInputs: asyncRequests?.inputsArn,
    asyncKey: asyncRequests?.key?.keyArn,
    asyncTopics: joined(asyncRequests?.topicArns ?? []),
    alarms: alarmArns.length === 0 ? undefined : terraformText(alarmArns.join()),
    subnets: network?.subnetArns.join(),
    securityGroups: network?.securityGroupArns.join(),
  });
}

function networkInterfaceScope(account: AwsScope, { subnetIds, securityGroupIds }: VpcConfig) {
  return {
    subnetArns: subnetIds.map((subnet) => account.arn("ec2", `subnet/${subnet}`)),
    securityGroupArns: securityGroupIds.map((group) => account.arn("ec2", `security-group/${group}`)),
    networkInterfacesArn: account.arn("ec2", "network-interface/*"),
  };
}

/** Joins values for a plan. @returns `undefined` without values */
function joined(values: readonly string[]): string | undefined {
  return values.length === 0 ? undefined : values.join();
}

function eachOnce(values: readonly (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))];
}

/** The artifacts of all containers, each once. */
function locationsOf(containers: readonly ModelContainer[]): ArtifactLocation[] {
  const locations = containers.flatMap(({ artifacts }) => artifacts.map(({ location }) => location));
  return [...new Map(locations.map((location) => [location.objectsArn, location])).values()];
}

function bucketsOf(
  containers: readonly ModelContainer[],
): Pick<BucketAccess, "bucketArns" | "listedBucketArns"> {
  const locations = locationsOf(containers);
  const listed = locations.filter(({ prefix }) => prefix !== undefined);
  return {
    bucketArns: eachOnce(locations.map(({ bucketArn }) => bucketArn)),
    listedBucketArns: eachOnce(listed.map(({ bucketArn }) => bucketArn)),
  };
}

function secretNeeds(containers: readonly ModelContainer[], account: AwsScope): SecretNeeds | undefined {
  const secretArns = eachOnce(containers.flatMap(({ source }) => Object.values(source.secrets ?? {})));
  if (secretArns.length === 0) return undefined;
  return {
    secretArns,
    keyArns: eachOnce(containers.map(({ source }) => source.secretsKeyArn)),
    serviceName: account.serviceName("secretsmanager"),
  };
}

/** How SageMaker invokes several containers; `undefined` for one container. */
function inferenceMode(settings: ParsedNewEndpoint): "Serial" | "Direct" | undefined {
  const { containers, invocation = "series" } = instanceSettingsOf(settings);
  if (containers === undefined) return undefined;
  return invocation === "direct" ? "Direct" : "Serial";
}

function containerArguments(
  containers: readonly ModelContainer[],
  settings: ParsedNewEndpoint,
): Pick<SagemakerModelConfig, "primaryContainer" | "container" | "inferenceExecutionConfig"> {
  const mode = inferenceMode(settings);
  const definitions = containers.map(({ definition }) => definition);
  const [only] = definitions;
  if (mode !== undefined || only === undefined) {
    return omitUndefined({ container: definitions, inferenceExecutionConfig: mode && { mode } });
  }
  return { primaryContainer: only };
}

/** Values whose change requires a new model: the content of a single container, or of several containers with their order. */
function modelContent(containers: readonly ModelContainer[]): RevisionContent {
  const [first] = containers;
  if (first !== undefined && first.source.name === undefined) return first.content;
  return {
    order: containers.map(({ source }) => source.name).join(),
    containers: Object.fromEntries(containers.map(({ source, content }) => [source.name ?? "", content])),
  };
}
