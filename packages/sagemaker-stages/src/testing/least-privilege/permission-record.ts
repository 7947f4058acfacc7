import { type Environment, namePrefix } from "../../environment/environment";
import type { Models } from "../../models";
import { type OwnedBlock, type RecordEntry, toRecord } from "../record";
import type { Condition, Statement } from "./policy";
import type { Policy } from "./policy-set";
import type { Permission, Proof } from "./proof";
import { UNATTACHED_HOLDER } from "./read-policy-set";
import type { AccessRequest } from "./request";

/**
 * Every permission of a stack as text: the principal, the actions, the resource and the conditions, each with the
 * request that needs it. Placeholders, e.g. `<account>`, replace values that AWS assigns in an apply.
 */
export function recordPermissions(proof: Proof, environment: Environment, models: Models): RecordEntry[] {
  const names = Object.keys(environment.models);
  const { account } = proof.stack;
  const blocks = proof.subjects.map(
    (subject): OwnedBlock => ({
      title: account.withPlaceholders(subject),
      lines: linesOf(proof, subject).map((line) => account.withPlaceholders(line)),
      model: ownerOf(subject, { prefix: namePrefix(environment), names, models }),
    }),
  );
  return toRecord(environment.name, names, blocks);
}

/** The model whose role, function or route a subject is; `undefined` for a subject of several models. */
function ownerOf(
  subject: string,
  {
    prefix,
    names,
    models,
  }: { readonly prefix: string; readonly names: readonly string[]; readonly models: Models },
): string | undefined {
  const words = subject.split(" ");
  const [kind] = words;
  if (kind === "policy") return undefined;
  // A model can have the name `iris-endpoint`. Its function then has the same name as the endpoint role of the model
  // `iris`.
  const suffixes = kind === "role" ? ["-endpoint", "-function", "-gateway"] : [""];
  return names.find((name) => {
    const own = suffixes.map((suffix) => `${prefix}-${name}${suffix}`);
    const path = models[name]?.route.path;
    return words.some(
      (word) =>
        own.includes(word) ||
        word === path ||
        // The further routes of an asynchronous model.
        (path !== undefined &&
          [`${path}/requests/{id}`, `${path}/uploads`, `${path}/uploads/{id}`].includes(word)),
    );
  });
}

function linesOf(proof: Proof, subject: string): string[] {
  const policies = proof.policySet.policies.filter((policy) => policy.subject === subject);
  return policies.length > 0
    ? policies.flatMap((policy) => policyLines(proof, policy))
    : authorizationLines(proof, subject);
}

/**
 * The lines of a policy. One line has the actions of a statement on one resource, if the same requests need these
 * actions.
 */
function policyLines(proof: Proof, policy: Policy): string[] {
  const permissions = new Map<string, { readonly permission: Permission; readonly actions: string[] }>();
  for (const permission of proof.permissionsOf(policy)) {
    const { statement, resource, action, requests } = permission;
    const key = JSON.stringify([statement.sid, resource, reasonsOf(requests)]);
    const known = permissions.get(key);
    if (known === undefined) permissions.set(key, { permission, actions: [action] });
    else known.actions.push(action);
  }
  return [...permissions.values()].flatMap(({ permission: { statement, resource, requests }, actions }) => {
    const isAllow = statement.effect === "Allow";
    const on = policy.kind === "trust" ? "" : ` on ${resource}`;
    return [
      `${principalText(policy, statement)}${isAllow ? "may" : "may not"} ${actions.join(", ")}${on}`,
      ...statement.conditions.map((condition) => `  ${conditionText(proof, policy, statement, condition)}`),
      ...reasonsOf(requests).map((reason) => `  ${isAllow ? "needed" : "denies"}: ${reason}`),
    ];
  });
}

function principalText({ subject, kind, of }: Policy, { principal }: Statement): string {
  if (principal === "*") return "every principal ";
  if (principal !== undefined) return `${principal.join(", ")} `;
  // The title already names the role of an inline policy.
  if (kind !== "identity" || subject.startsWith("role ")) return "";
  const names = of.map((arn) => arn.replace(/^[^/]*:/, ""));
  return names.some((name) => name.startsWith(UNATTACHED_HOLDER))
    ? "each principal with this policy "
    : `${names.join(", ")} `;
}

function conditionText(proof: Proof, policy: Policy, statement: Statement, condition: Condition): string {
  const text = `if ${condition.key} is ${condition.values.join(" or ")}`;
  const [purpose] = proof.purposeOf(policy, statement, condition);
  return statement.effect === "Deny" || purpose === undefined ? text : `${text}, against: ${purpose.reason}`;
}

/** The distinct reasons of requests, each with its source. */
function reasonsOf(requests: readonly AccessRequest[]): string[] {
  return [...new Set(requests.map(({ reason, source }) => `${reason} (${source})`))];
}

/** Routes and function URLs have no policy. The API's document and the URL's type define their authorization. */
function authorizationLines({ allowedRequests, deniedRequests }: Proof, subject: string): string[] {
  const lines = (requests: readonly AccessRequest[], verb: string): string[] => {
    const own = requests.filter((request) => request.subject === subject);
    const actions = [...new Set(own.map(({ action }) => action))];
    if (own.length === 0) return [];
    return [`${verb} ${actions.join(", ")}`, ...reasonsOf(own).map((reason) => `  ${reason}`)];
  };
  return [...lines(allowedRequests, "allows"), ...lines(deniedRequests, "denies")];
}
