import { regionalArnPrefix } from "../../../aws/arn";
import { type FaultCollector, raw } from "../../fault-collector";
import type { ContainerSource } from "../../model-source";
import { CONTAINER_SOURCE, MAX_VARIABLES } from "../../settings/model-source/model-source";
import { checkKey } from "../kms-key-checks";
import { describeSecret } from "./clear-text";
import type { ContainerContext } from "./container-context";

const SECRET_ARN_SOURCE =
  "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html";
const ISOLATION_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html";

/** The part of a secret's ARN after the region. Secrets Manager adds six characters to the name. */
const SECRET = /^\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}$/;

/**
 * Refuses secrets in clear text in the variables of a container: plans, Terraform's state and `DescribeModel` show the
 * variables. A message never shows the value.
 *
 * @param collector - collects the faults of the settings of the container
 */
export function checkVariables(
  { containerEnvironment = {} }: ContainerSource,
  collector: FaultCollector,
): void {
  for (const [variable, value] of Object.entries(containerEnvironment)) {
    const found = describeSecret(variable, value);
    collector.require(
      found === undefined,
      `containerEnvironment.${variable}`,
      raw(found ?? ""),
      "no secret; if the container reads the secret itself, add the secret's ARN to secrets",
      `plans, Terraform's state and SageMaker's console show variables: ${CONTAINER_SOURCE}`,
    );
  }
}

/** Checks the secrets that a container reads. @param collector - collects the faults of the settings of the container */
export function checkSecrets(
  source: ContainerSource,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  const { containerEnvironment = {}, secrets = {}, secretsKeyArn } = source;
  const { region } = context;
  const variables = Object.keys(secrets);
  const prefix = regionalArnPrefix("secretsmanager", region);
  for (const [variable, arn] of Object.entries(secrets)) {
    collector.require(
      arn.startsWith(prefix) && SECRET.test(arn.slice(prefix.length)),
      `secrets.${variable}`,
      raw(arn.startsWith("arn:") ? JSON.stringify(arn) : "a string that is not an ARN"),
      `${prefix}<account>:secret:<name>-<6 characters>`,
      `the role's policy names the secret by its full ARN: ${SECRET_ARN_SOURCE}`,
    );
    collector.require(
      !Object.hasOwn(containerEnvironment, variable),
      `secrets.${variable}`,
      raw(`${variable}, which containerEnvironment also has`),
      "each variable in either secrets or containerEnvironment",
      "a variable has one value",
    );
  }
  collector.require(
    Object.keys(containerEnvironment).length + variables.length <= MAX_VARIABLES || variables.length === 0,
    "secrets",
    raw(
      `${variables.length} secrets and ${Object.keys(containerEnvironment).length} variables of containerEnvironment`,
    ),
    `at most ${MAX_VARIABLES} variables in total`,
    CONTAINER_SOURCE,
  );
  checkKey(secretsKeyArn, "secretsKeyArn", region, collector);
  collector.require(
    secretsKeyArn === undefined || variables.length > 0,
    "secretsKeyArn",
    raw("secretsKeyArn without secrets"),
    "no secretsKeyArn, or secrets as well",
    "the key decrypts the secrets",
  );
  if (variables.length > 0) checkAccessToSecrets(context, collector);
}

function checkAccessToSecrets({ isIsolated, isInNewVpc }: ContainerContext, collector: FaultCollector): void {
  collector.require(
    !isIsolated,
    "secrets",
    raw("secrets together with networkIsolation"),
    "either secrets or networkIsolation",
    `an isolated container reaches neither Secrets Manager nor the role's credentials: ${ISOLATION_SOURCE}`,
  );
  collector.require(
    !isInNewVpc,
    "secrets",
    raw("secrets together with inNetwork in a new VPC"),
    "no inNetwork, or an existing network with access to Secrets Manager",
    "endpoints in a new VPC can reach only S3",
  );
}
