import { type FaultCollector, raw } from "../../fault-collector";
import { variablesOf } from "../../model-source";
import type { ContainerInvocation, NamedContainer } from "../../settings/model-source/containers";
import {
  bytesOfVariables,
  CONTAINER_SOURCE,
  MAX_BYTES_TOGETHER,
  SOURCE_FIELDS,
} from "../../settings/model-source/model-source";
import type { ContainerContext } from "./container-context";
import { checkSource } from "./source-checks";

const DIRECT_SOURCE = "https://docs.aws.amazon.com/sagemaker/latest/dg/multi-container-direct.html";

/** The settings of a model with several containers. */
export interface SeveralContainers {
  readonly containers?: readonly NamedContainer[];
  readonly invocation?: ContainerInvocation;
  readonly targetContainer?: string;
  /** An existing function. Its code names the container. */
  readonly existingFunction?: string;
}

/** Checks several containers on one endpoint. @param collector - collects the faults of the settings of the endpoint */
export function checkContainers(
  settings: SeveralContainers,
  context: ContainerContext,
  collector: FaultCollector,
): void {
  const { containers } = settings;
  if (containers === undefined) {
    for (const field of ["invocation", "targetContainer"] as const) {
      collector.require(
        settings[field] === undefined,
        field,
        raw(`${field} without containers`),
        `no ${field}, or containers as well`,
        "one container answers every request",
      );
    }
    return;
  }
  collector.requireExclusive(
    settings,
    "containers",
    SOURCE_FIELDS,
    "each of several containers has its own image, artifact and variables",
  );
  for (const [index, container] of containers.entries()) {
    checkSource(container, context, collector.in(`containers.${index}`));
  }
  const bytes = containers.reduce((sum, container) => sum + bytesOfVariables(variablesOf(container)), 0);
  collector.require(
    bytes <= MAX_BYTES_TOGETHER,
    "containers",
    raw(`${bytes} bytes of variables in total`),
    `at most ${MAX_BYTES_TOGETHER} bytes in all containers`,
    CONTAINER_SOURCE,
  );
  checkTarget(settings, containers, collector);
}

function checkTarget(
  { invocation = "series", targetContainer, existingFunction }: SeveralContainers,
  containers: readonly NamedContainer[],
  collector: FaultCollector,
): void {
  if (invocation !== "direct") {
    collector.require(
      targetContainer === undefined,
      "targetContainer",
      raw("targetContainer without invocation direct"),
      'no targetContainer, or invocation: "direct"',
      `SageMaker refuses a target in a series: ${DIRECT_SOURCE}`,
    );
    return;
  }
  if (existingFunction !== undefined) return;
  const names = containers.map(({ name }) => name);
  collector.require(
    targetContainer !== undefined && names.includes(targetContainer),
    "targetContainer",
    targetContainer,
    names.join(", "),
    `SageMaker refuses a direct invocation without a target: ${DIRECT_SOURCE}`,
  );
}
