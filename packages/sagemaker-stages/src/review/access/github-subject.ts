import type { ShownCondition } from "./shown-condition";
import { code, listed } from "./text";

const PROVIDER = /:oidc-provider\/token\.actions\.githubusercontent\.com(?:\/.*)?$/;
const SUBJECT = "token.actions.githubusercontent.com:sub";

/** Whether a federated principal is GitHub Actions. */
export function isGitHub(name: string): boolean {
  return PROVIDER.test(name) || name === "token.actions.githubusercontent.com";
}

/** Whether a condition says which repositories and branches sign in. */
export function isOfSubject({ key }: ShownCondition): boolean {
  return key.toLowerCase() === SUBJECT;
}

/** Conditions that name GitHub's owner or repository by another claim than the subject. */
const CLAIMS =
  /^token\.actions\.githubusercontent\.com:(?:repository|repository_id|repository_owner|repository_owner_id|enterprise_id)$/;

/** Which repositories, branches and environments fit any one of the alternatives, in words. */
export function repositoriesInWords(alternatives: readonly (readonly ShownCondition[])[]): string {
  const words = alternatives.map((conditions) => {
    const subject = conditions.find(isOfSubject);
    if (subject !== undefined && isPositive(subject)) return listed(subject.values.map(subjectInWords), "or");
    const claims = conditions.filter(({ key }) => CLAIMS.test(key.toLowerCase()));
    if (claims.length === 0) return EVERY_REPOSITORY;
    return listed(
      claims.map(
        ({ key, values }) => `workflows whose ${key.split(":")[1]} is ${listed(values.map(code), "or")}`,
      ),
      "and",
    );
  });
  return [...new Set(words)].join(", or ");
}

const EVERY_REPOSITORY = "every repository on GitHub";
const EVERYWHERE = "on every branch, tag, environment and pull request";

function isPositive({ operator }: ShownCondition): boolean {
  return /^(?:ForAnyValue:)?String(?:Equals|Like|EqualsIgnoreCase)$/.test(operator);
}

/** https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
function subjectInWords(subject: string): string {
  const [, owner, rest] = /^repo:([^/:]*)\/(.*)$/s.exec(subject) ?? [];
  if (owner === undefined || rest === undefined) {
    // What a wildcard stands for can have a slash in it.
    return /^(?:\*|r\*|re\*|rep\*|repo\*|repo:\*.*)$/s.test(subject)
      ? EVERY_REPOSITORY
      : `the subject ${code(subject)}`;
  }
  const colon = rest.indexOf(":");
  const [repository, context] = colon < 0 ? [rest, undefined] : [rest.slice(0, colon), rest.slice(colon + 1)];
  // A wildcard at the end of the repository takes whatever follows it.
  const isOpen = context === undefined && repository.endsWith("*");
  const place = isOpen ? EVERYWHERE : context === undefined ? "with no context" : contextInWords(context);
  return `${repositoryInWords(owner, repository)} ${place}`;
}

function repositoryInWords(owner: string, repository: string): string {
  const ownerInWords = /[*?]/.test(owner) ? `every owner whose name fits ${code(owner)}` : code(owner);
  if (/^\*+$/.test(repository)) return `every repository of ${ownerInWords}`;
  if (/[*?]/.test(repository))
    return `every repository of ${ownerInWords} whose name fits ${code(repository)}`;
  return /[*?]/.test(owner)
    ? `the repository ${code(repository)} of ${ownerInWords}`
    : `the repository ${code(`${owner}/${repository}`)}`;
}

function contextInWords(context: string): string {
  if (/^\*+$/.test(context)) return EVERYWHERE;
  if (context === "pull_request") return "in pull requests";
  const [, kind, name] = /^(ref:refs\/heads\/|ref:refs\/tags\/|environment:)(.*)$/s.exec(context) ?? [];
  if (kind === undefined || name === undefined) {
    return /^ref:(?:refs\/)?\*$/.test(context)
      ? "on every branch and tag"
      : `where the subject ends with ${code(context)}`;
  }
  const noun = kind === "environment:" ? "environment" : kind === "ref:refs/heads/" ? "branch" : "tag";
  const preposition = noun === "environment" ? "in" : "on";
  if (/^\*+$/.test(name)) return `${preposition} every ${noun}`;
  if (/[*?]/.test(name)) return `${preposition} every ${noun} whose name fits ${code(name)}`;
  return `${preposition} the ${noun} ${code(name)}`;
}
