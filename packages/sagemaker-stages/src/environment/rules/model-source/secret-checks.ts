import { regionalArnPrefix } from "../../../aws/arn";
import type { ContainerSource } from "../../model-source";
import { inWords, type Report } from "../../report";
import { CONTAINER_SOURCE, MAX_VARIABLES } from "../../settings/model-source";
import { checkKey } from "../kms-key-checks";
import { describeSecret } from "./clear-text";
import type { ContainerPlace } from "./container-place";

const SECRET_ARN_SOURCE =
  "https://docs.aws.amazon.com/secretsmanager/latest/userguide/reference_iam-permissions.html";
const ISOLATION_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/mkt-algo-model-internet-free.html";

/** What stands behind the account of a secret's ARN: its name and six characters that Secrets Manager adds. */
const SECRET = /^\d{12}:secret:[\w/+=.@-]{1,512}-[A-Za-z0-9]{6}$/;

/**
 * Refuses secrets in clear text in the variables of a container: plans, Terraform's state and `DescribeModel` show them. A
 * message never shows the value.
 *
 * @param report - above the container's settings
 */
export function checkVariables({ containerEnvironment = {} }: ContainerSource, report: Report): void {
  for (const [variable, value] of Object.entries(containerEnvironment)) {
    const found = describeSecret(variable, value);
    report.require(
      found === undefined,
      `containerEnvironment.${variable}`,
      inWords(found ?? ""),
      "no secret; secrets has the ARN of a secret that the container reads itself",
      `plans, Terraform's state and SageMaker's console show variables: ${CONTAINER_SOURCE}`,
    );
  }
}

/** Rules of the secrets that a container reads. @param report - above the container's settings */
export function checkSecrets(source: ContainerSource, place: ContainerPlace, report: Report): void {
  const { containerEnvironment = {}, secrets = {}, secretsKeyArn } = source;
  const { region } = place;
  const variables = Object.keys(secrets);
  const prefix = regionalArnPrefix("secretsmanager", region);
  for (const [variable, arn] of Object.entries(secrets)) {
    report.require(
      arn.startsWith(prefix) && SECRET.test(arn.slice(prefix.length)),
      `secrets.${variable}`,
      inWords(arn.startsWith("arn:") ? JSON.stringify(arn) : "a text that is no ARN"),
      `${prefix}<account>:secret:<name>-<6 characters>`,
      `the role's policy names the secret by its whole ARN: ${SECRET_ARN_SOURCE}`,
    );
    report.require(
      !Object.hasOwn(containerEnvironment, variable),
      `secrets.${variable}`,
      inWords(`${variable}, which containerEnvironment has too`),
      "each variable in one of the two",
      "a variable has one value",
    );
  }
  report.require(
    Object.keys(containerEnvironment).length + variables.length <= MAX_VARIABLES || variables.length === 0,
    "secrets",
    inWords(`${variables.length} beside ${Object.keys(containerEnvironment).length} of containerEnvironment`),
    `at most ${MAX_VARIABLES} variables together`,
    CONTAINER_SOURCE,
  );
  checkKey(secretsKeyArn, "secretsKeyArn", region, report);
  report.require(
    secretsKeyArn === undefined || variables.length > 0,
    "secretsKeyArn",
    inWords("secretsKeyArn without secrets"),
    "no secretsKeyArn, or secrets beside it",
    "the key decrypts the secrets",
  );
  if (variables.length > 0) checkWayToSecrets(place, report);
}

function checkWayToSecrets({ isIsolated, isInNewVpc }: ContainerPlace, report: Report): void {
  report.require(
    !isIsolated,
    "secrets",
    inWords("secrets beside networkIsolation"),
    "either secrets or networkIsolation",
    `an isolated container reaches neither Secrets Manager nor the role's credentials: ${ISOLATION_SOURCE}`,
  );
  report.require(
    !isInNewVpc,
    "secrets",
    inWords("secrets beside inNetwork in a VPC of the environment"),
    "no inNetwork, or an existing network with a way to Secrets Manager",
    "endpoints in a VPC of the environment reach S3 and nothing else",
  );
}
