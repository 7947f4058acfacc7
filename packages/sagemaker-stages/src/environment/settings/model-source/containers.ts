import type * as z from "zod";
import { listOf, maxCharacters, oneOf, propertiesOf, type Rule, rule, settings, text } from "../setting";
import { modelSource } from "./model-source";

const CREATE_MODEL = "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModel.html";
const CONTAINER_SOURCE =
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ContainerDefinition.html";

const MIN_CONTAINERS = 2;
const MAX_CONTAINERS = 15;

/** A container's name, with SageMaker's rule for `ContainerHostname`. */
const containerName = rule(
  text,
  {
    holds: (name) => /^[a-zA-Z0-9](?:-*[a-zA-Z0-9])*$/.test(name),
    allowed: "letters, digits and -, not starting or ending with -",
    source: CONTAINER_SOURCE,
  },
  maxCharacters(63, CONTAINER_SOURCE),
);

/** One container of a model with several containers. */
export const namedContainer = settings({
  /** Name of the container (`ContainerHostname`): 1–63 letters, digits and `-`, unique in the list. */
  name: containerName,
  ...propertiesOf(modelSource),
});

/** One container of a model with several containers. */
export type NamedContainer = z.input<typeof namedContainer>;

const between: Rule<readonly unknown[]> = {
  holds: ({ length }) => length >= MIN_CONTAINERS && length <= MAX_CONTAINERS,
  allowed: `${MIN_CONTAINERS}–${MAX_CONTAINERS} containers`,
  source: CREATE_MODEL,
  got: ({ length }) => length,
};

const distinct: Rule<readonly NamedContainer[]> = {
  holds: (containers) => new Set(containers.map(({ name }) => name)).size === containers.length,
  allowed: "each name once",
  source: CONTAINER_SOURCE,
  got: (containers) => containers.map(({ name }) => name),
};

/** The containers of one model, in the order in which a series runs them. */
export const namedContainers = rule(listOf(namedContainer), between, distinct);

/** Every value of {@link ContainerInvocation}. */
export const INVOCATIONS = ["series", "direct"] as const;

/** How SageMaker invokes the containers of one model. */
export type ContainerInvocation = (typeof INVOCATIONS)[number];

/** How SageMaker invokes the containers of one model. */
export const containerInvocation = oneOf(
  INVOCATIONS,
  "https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceExecutionConfig.html",
);
