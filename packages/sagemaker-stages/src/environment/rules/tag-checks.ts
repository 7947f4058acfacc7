import type { FaultCollector } from "../fault-collector";

const TAGS_SOURCE = "https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html";

const CASE_SOURCE =
  "IAM ignores the case of a role's tag keys: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html";

const TAG_TEXT = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
/** AWS allows 50 tags, and the stack adds up to three. */
const MAX_TAGS = 47;
const STACK_TAGS = ["environment", "model"];
/** The maximum of AWS (TAGS_SOURCE). */
const MAX_RESOURCE_TAGS = 50;

/** Tags by their keys. */
type Tags = Readonly<Record<string, string>>;

/**
 * Checks the tags of an environment, an account or a model.
 *
 * @param collector - collects the faults of the object with `tags`
 * @param others - other tags of the same resources; `tags` replace those with the same key
 */
export function checkTags(tags: Tags, collector: FaultCollector, others?: Tags): void {
  for (const key of Object.keys(tags)) {
    collector.require(
      !STACK_TAGS.includes(key.toLowerCase()),
      "tags",
      key,
      "another key",
      `the stack sets this tag itself; ${CASE_SOURCE}`,
    );
  }
  checkKeysAndValues(tags, collector, others);
  const all = Object.keys({ ...others, ...tags });
  collector.require(
    all.length <= MAX_TAGS,
    "tags",
    all.length,
    `at most ${MAX_TAGS} tags${others === undefined ? "" : ", including the tags of the environment"}`,
    TAGS_SOURCE,
  );
}

/** Checks the tags of resources to which the stack adds no tags. @param collector - collects the faults of the object with `tags` */
export function checkResourceTags(tags: Tags, collector: FaultCollector): void {
  checkKeysAndValues(tags, collector);
  const { length } = Object.keys(tags);
  collector.require(
    length <= MAX_RESOURCE_TAGS,
    "tags",
    length,
    `at most ${MAX_RESOURCE_TAGS} tags, including the provider's default tags`,
    TAGS_SOURCE,
  );
}

function checkKeysAndValues(tags: Tags, collector: FaultCollector, others?: Tags): void {
  const all = Object.keys({ ...others, ...tags });
  for (const [key, value] of Object.entries(tags)) {
    const keyHolds =
      key.length >= 1 && key.length <= 128 && TAG_TEXT.test(key) && !key.toLowerCase().startsWith("aws:");
    collector.require(
      keyHolds,
      "tags",
      key,
      "a key of 1–128 letters, digits, spaces and _.:/=+-@ that does not start with aws:",
      TAGS_SOURCE,
    );
    const first = all.find((other) => other.toLowerCase() === key.toLowerCase());
    collector.require(
      first === key,
      "tags",
      key,
      `${first}, or another key`,
      `${first} exists too; ${CASE_SOURCE}`,
    );
    collector.require(
      value.length <= 256 && TAG_TEXT.test(value),
      `tags.${key}`,
      value,
      "at most 256 letters, digits, spaces and _.:/=+-@",
      TAGS_SOURCE,
    );
  }
}
