import { variablesOf } from "../../model-source";
import { inWords, type Report } from "../../report";
import type { ContainerInvocation, NamedContainer } from "../../settings/containers";
import {
  bytesOfVariables,
  CONTAINER_SOURCE,
  MAX_BYTES_TOGETHER,
  SOURCE_FIELDS,
} from "../../settings/model-source";
import type { ContainerPlace } from "./container-place";
import { checkSource } from "./source-checks";

const DIRECT_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html";

/** Several containers of a model, as somebody may have written them. */
export interface SeveralContainers {
  readonly containers?: readonly NamedContainer[];
  readonly invocation?: ContainerInvocation;
  readonly targetContainer?: string;
  /** A function that names the container itself. */
  readonly existingFunction?: string;
}

/** Rules of several containers on one endpoint. @param report - above the endpoint's settings */
export function checkContainers(settings: SeveralContainers, place: ContainerPlace, report: Report): void {
  const { containers } = settings;
  if (containers === undefined) {
    for (const field of ["invocation", "targetContainer"] as const) {
      report.require(
        settings[field] === undefined,
        field,
        inWords(`${field} without containers`),
        `no ${field}, or containers beside it`,
        "one container answers every request",
      );
    }
    return;
  }
  report.requireApart(
    settings,
    "containers",
    SOURCE_FIELDS,
    "each of several containers has its own image, artifact and variables",
  );
  for (const [index, container] of containers.entries()) {
    checkSource(container, place, report.in(`containers.${index}`));
  }
  const bytes = containers.reduce((sum, container) => sum + bytesOfVariables(variablesOf(container)), 0);
  report.require(
    bytes <= MAX_BYTES_TOGETHER,
    "containers",
    inWords(`${bytes} bytes of variables together`),
    `at most ${MAX_BYTES_TOGETHER} bytes in all containers`,
    CONTAINER_SOURCE,
  );
  checkTarget(settings, containers, report);
}

function checkTarget(
  { invocation = "series", targetContainer, existingFunction }: SeveralContainers,
  containers: readonly NamedContainer[],
  report: Report,
): void {
  if (invocation !== "direct") {
    report.require(
      targetContainer === undefined,
      "targetContainer",
      inWords("targetContainer without invocation direct"),
      'no targetContainer, or invocation: "direct"',
      `SageMaker refuses a target in a series: ${DIRECT_SOURCE}`,
    );
    return;
  }
  if (existingFunction !== undefined) return;
  const names = containers.map(({ name }) => name);
  report.require(
    targetContainer !== undefined && names.includes(targetContainer),
    "targetContainer",
    targetContainer,
    names.join(", "),
    `SageMaker refuses a direct invocation without a target: ${DIRECT_SOURCE}`,
  );
}
