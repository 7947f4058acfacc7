import { inAws } from "../in-aws";
import type { PlannedResource } from "../plan";
import { at, type Values } from "../values";
import type { Finding } from "./change";

/** Blocks with which CloudFront asks for signed URLs or cookies. */
const SIGNERS = ["trusted_key_groups", "trusted_signers"] as const;

const ANYBODY = "anybody may read it";

/** Whether a page comes, goes or is opened: a distribution is there to be read by anybody, but for signed URLs. */
export function distributionChanges(resource: PlannedResource): Finding[] {
  const { before, after } = inAws(resource);
  const was = readersOf(before);
  const is = readersOf(after);
  if (was === is) return [];
  const opened = is === ANYBODY;
  return [
    {
      what: "page (CloudFront distribution)",
      kind: was === undefined ? "added" : is === undefined ? "removed" : "authorization changed",
      before: was,
      after: is,
      opened,
      public: opened,
    },
  ];
}

function readersOf(values: Values | undefined): string | undefined {
  if (values === undefined) return undefined;
  if (values.enabled === false) return "off";
  const asksForSignatures = SIGNERS.some((block) => {
    const signers = at(values, "default_cache_behavior", 0, block);
    return Array.isArray(signers) && signers.length > 0;
  });
  return asksForSignatures ? "who has a signed URL or cookie may read it" : ANYBODY;
}
