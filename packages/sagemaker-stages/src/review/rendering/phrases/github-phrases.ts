import type { ShownCondition } from "../../access/shown-condition";
import { code, listed } from "./text";

const PROVIDER = /:oidc-provider\/token\.actions\.githubusercontent\.com(?:\/.*)?$/;
const SUBJECT = "token.actions.githubusercontent.com:sub";

/** Whether a federated principal is GitHub Actions. */
export function isGitHub(name: string): boolean {
  return PROVIDER.test(name) || name === "token.actions.githubusercontent.com";
}

/** Whether a condition limits which repositories and branches sign in. */
export function isSubjectCondition({ key }: ShownCondition): boolean {
  return key.toLowerCase() === SUBJECT;
}

/** Claims other than the subject that name an owner or a repository. */
const CLAIMS =
  /^token\.actions\.githubusercontent\.com:(?:repository|repository_id|repository_owner|repository_owner_id|enterprise_id)$/;

/** The repositories, branches and environments that at least one of the alternatives allows. */
export function repositoriesPhrase(alternatives: readonly (readonly ShownCondition[])[]): string {
  const phrases = alternatives.map((conditions) => {
    const subject = conditions.find(isSubjectCondition);
    if (subject !== undefined && isPositive(subject)) return listed(subject.values.map(subjectPhrase), "or");
    const claims = conditions.filter(({ key }) => CLAIMS.test(key.toLowerCase()));
    if (claims.length === 0) return EVERY_REPOSITORY;
    return listed(
      claims.map(
        ({ key, values }) => `workflows whose ${key.split(":")[1]} is ${listed(values.map(code), "or")}`,
      ),
      "and",
    );
  });
  return [...new Set(phrases)].join(", or ");
}

const EVERY_REPOSITORY = "every repository on GitHub";
const EVERYWHERE = "on every branch, tag, environment and pull request";

function isPositive({ operator }: ShownCondition): boolean {
  return /^(?:ForAnyValue:)?String(?:Equals|Like|EqualsIgnoreCase)$/.test(operator);
}

/** https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims */
function subjectPhrase(subject: string): string {
  const [, owner, rest] = /^repo:([^/:]*)\/(.*)$/s.exec(subject) ?? [];
  if (owner === undefined || rest === undefined) {
    // A wildcard also matches slashes.
    return /^(?:\*|r\*|re\*|rep\*|repo\*|repo:\*.*)$/s.test(subject)
      ? EVERY_REPOSITORY
      : `the subject ${code(subject)}`;
  }
  const colon = rest.indexOf(":");
  const [repository, context] = colon < 0 ? [rest, undefined] : [rest.slice(0, colon), rest.slice(colon + 1)];
  // A wildcard at the end of the repository also matches the context.
  const isOpen = context === undefined && repository.endsWith("*");
  const place = isOpen ? EVERYWHERE : context === undefined ? "without a context" : contextPhrase(context);
  return `${repositoryPhrase(owner, repository)} ${place}`;
}

function repositoryPhrase(owner: string, repository: string): string {
  const ownerPhrase = /[*?]/.test(owner) ? `every owner whose name matches ${code(owner)}` : code(owner);
  if (/^\*+$/.test(repository)) return `every repository of ${ownerPhrase}`;
  if (/[*?]/.test(repository))
    return `every repository of ${ownerPhrase} whose name matches ${code(repository)}`;
  return /[*?]/.test(owner)
    ? `the repository ${code(repository)} of ${ownerPhrase}`
    : `the repository ${code(`${owner}/${repository}`)}`;
}

function contextPhrase(context: string): string {
  if (/^\*+$/.test(context)) return EVERYWHERE;
  if (context === "pull_request") return "in pull requests";
  const [, kind, name] = /^(ref:refs\/heads\/|ref:refs\/tags\/|environment:)(.*)$/s.exec(context) ?? [];
  if (kind === undefined || name === undefined) {
    return /^ref:(?:refs\/)?\*$/.test(context)
      ? "on every branch and tag"
      : `whose subject ends with ${code(context)}`;
  }
  const noun = kind === "environment:" ? "environment" : kind === "ref:refs/heads/" ? "branch" : "tag";
  const preposition = noun === "environment" ? "in" : "on";
  if (/^\*+$/.test(name)) return `${preposition} every ${noun}`;
  if (/[*?]/.test(name)) return `${preposition} every ${noun} whose name matches ${code(name)}`;
  return `${preposition} the ${noun} ${code(name)}`;
}
