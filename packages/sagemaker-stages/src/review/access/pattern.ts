/** Parts of an ARN: `arn`, partition, service, region, account, and the resource with whatever colons it has. */
const ARN_PARTS = 6;

/**
 * Whether everything that fits `inner` fits `outer`, too. `*` is any run of characters, `?` any single one. The answer
 * is no where it is not certain.
 */
export function coversPattern(outer: string, inner: string): boolean {
  if (outer === "*" || outer === inner) return true;
  return fitsAsText(quoted(outer), quoted(inner));
}

/**
 * The same for ARNs, part by part as IAM compares them: a wildcard in the region says nothing of the account
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html).
 */
export function coversArn(outer: string, inner: string): boolean {
  if (outer === "*" || outer === inner) return true;
  const outerParts = partsOf(quoted(outer));
  const innerParts = partsOf(quoted(inner));
  if (outerParts.length !== ARN_PARTS || innerParts.length !== ARN_PARTS) return false;
  return outerParts.every((part, index) => fitsAsText(part, innerParts[index] ?? ""));
}

/** The parts of an ARN; fewer where the text is none. */
export function partsOf(arn: string): string[] {
  const parts = arn.split(":");
  if (parts.length <= ARN_PARTS) return parts;
  return [...parts.slice(0, ARN_PARTS - 1), parts.slice(ARN_PARTS - 1).join(":")];
}

/**
 * A policy's variables and escapes (`${aws:username}`, `${*}`) as texts without a colon or a wildcard
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html).
 */
function quoted(pattern: string): string {
  if (!pattern.includes("${")) return pattern;
  return pattern.replace(/\$\{([^}]*)\}/g, (_, inner: string) =>
    `\uE000${encodeURIComponent(inner)}\uE001`.replaceAll("*", "%2A"),
  );
}

/**
 * Whether `inner`, read as a text, fits `outer`. A `*` in it can stand for anything, so that only a `*` takes it.
 * Without regular expressions, because some patterns would keep those busy for hours.
 */
function fitsAsText(outer: string, inner: string): boolean {
  let at = 0;
  let innerAt = 0;
  let star = -1;
  let starAt = 0;
  while (innerAt < inner.length) {
    const wanted = outer[at];
    const got = inner[innerAt];
    if (wanted === "*") {
      star = at;
      starAt = innerAt;
      at += 1;
    } else if (wanted !== undefined && (wanted === got || (wanted === "?" && got !== "*"))) {
      at += 1;
      innerAt += 1;
    } else if (star >= 0) {
      starAt += 1;
      innerAt = starAt;
      at = star + 1;
    } else {
      return false;
    }
  }
  while (outer[at] === "*") at += 1;
  return at === outer.length;
}
