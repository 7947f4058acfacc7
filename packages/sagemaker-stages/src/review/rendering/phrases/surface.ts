import type { SurfaceState, SurfaceSubject } from "../../surface";
import type {
  AuthorizationState,
  Cors,
  Limit,
  Requirement,
  SurfaceNote,
  TargetName,
  ThrottlingState,
  TokenRequirement,
  TransferState,
} from "../../surface/change";
import { counted, firstOf, inDigits } from "./formats";
import { KNOWN_AFTER_APPLY } from "./values";

const NOTES: Readonly<Record<SurfaceNote, string>> = {
  "known after apply": KNOWN_AFTER_APPLY,
  exists: "exists",
  "new, not supported": "new; the review does not support this type: check the resource",
  "changed, not supported": "changed; the review does not support this type: check the resource",
  "removed, not supported": "removed; the review does not support this type: check the resource",
  enabled: "enabled",
  disabled: "disabled",
  "only an administrator creates users": "only an administrator creates users",
  "anyone can create a user": "anyone can create a user, and sign in",
  "one-time codes required": "multi-factor authentication required",
  "one-time codes optional": "multi-factor authentication optional",
  "no one-time codes": "no multi-factor authentication",
  "only signed-in users get credentials": "only signed-in users get credentials",
  "visitors without a sign-in get credentials": "visitors without a sign-in get credentials",
  "address of the page": "address of the page",
  "readable by anyone": "readable by anyone",
  "readable with a signature": "readable with a signed URL or cookie",
  "behaviors known after apply": "its cache behaviors are known after apply",
  "document known after apply":
    "the API's OpenAPI document is known only after apply, so its routes are undetermined",
  "document masked": "the API's document is masked, so its routes are undetermined",
  "document not OpenAPI": "the API's document is not OpenAPI in JSON, so its routes are undetermined",
  "stage of an unknown API": "the API is not in the plan: check its routes",
  "stage of an API without a document": "the API has no document: check its methods",
};

const CLIENT_PARTS: Readonly<Record<Extract<SurfaceSubject, { kind: "sign-in client" }>["part"], string>> = {
  addresses: "addresses that receive sign-ins",
  "addresses after the sign-out": "addresses after the sign-out",
  "OAuth flows": "OAuth flows",
  "authentication flows": "authentication flows",
  scopes: "scopes of tokens",
  "identity providers": "identity providers",
  settings: "sign-in client",
};

/** Open routes that a new stage names. */
const MAX_ROUTES = 3;

/** Routes that a customer's state names. */
const MAX_KEY_ROUTES = 10;

/** The subject of a change, e.g. `POST /churn`, `function URL of prod-churn`. */
export function subjectText(subject: SurfaceSubject): string {
  switch (subject.kind) {
    case "route":
      return subject.api === undefined ? subject.route : `${subject.route} of API ${subject.api}`;
    case "all routes":
      return "every route of the API";
    case "path":
      return subject.path;
    case "gateway responses":
      return "responses that API Gateway generates";
    case "endpoint type":
      return "endpoint type of the API";
    case "default address":
      return `default address (execute-api) of ${subject.api === undefined ? "the API" : `API ${subject.api}`}`;
    case "domain name":
      return `domain name ${subject.name}`;
    case "API":
      return `API ${subject.api}`;
    case "stage":
      return `stage ${subject.stage}`;
    case "throttled routes":
      return `${subject.path === "*/*" ? "every route" : subject.path} of stage ${subject.stage}`;
    case "usage plan":
      return `each key of usage plan ${subject.usagePlan}`;
    case "customer":
      return `customer ${subject.customer}`;
    case "function URL":
      return `function URL of ${subject.function}`;
    case "user pool":
      return `${subject.part} of user pool ${subject.name}`;
    case "sign-in client":
      return `${CLIENT_PARTS[subject.part]} of ${subject.name}`;
    case "identity pool":
      return `${subject.part === "providers" ? "providers of " : ""}identity pool ${subject.name}`;
    case "page":
      return `page (CloudFront distribution)${pathsText(subject.pattern)}`;
    case "bucket":
      return `bucket ${subject.bucket}`;
    case "load balancer":
    case "listener":
    case "listener rule":
      return `${subject.kind} ${subject.name}`;
    case "resource":
      return subject.name.startsWith(`${subject.type}.`) ? subject.name : `${subject.type} ${subject.name}`;
  }
}

/** The state of a subject before or after; empty where the subject does not exist. */
export function stateText(state: SurfaceState | undefined): string {
  if (state === undefined) return "";
  switch (state.kind) {
    case "note":
      return NOTES[state.note];
    case "authorization":
      return authorizationText(state);
    case "CORS":
      return corsText(state.cors);
    case "throttling":
      return throttlingText(state);
    case "transfer":
      return transferText(state);
    case "endpoint types":
      return state.types.join(", ");
    case "names":
      return state.names.length === 0 ? "none" : state.names.join(", ");
    case "settings":
      return `changed ${state.names.join(", ")}: check the ${state.names.length === 1 ? "setting" : "settings"}`;
    case "route count":
      return counted(state.count, "route");
    case "open routes":
      return `no authorization (NONE): ${firstOf(state.routes, MAX_ROUTES)}`;
    case "key routes":
      return firstOf(state.routes, MAX_KEY_ROUTES);
    case "mapping":
      return `address of stage ${state.stage}${state.basePath === "" ? "" : `, below /${state.basePath}`}`;
    case "facing": {
      const text = state.internal ? "internal" : "internet-facing";
      return state.isNew ? `${text}: check its listeners and security groups` : text;
    }
  }
}

/** The credentials that callers no longer need, e.g. `a signature`. */
export function lostCredentials(before: SurfaceState | undefined, after: SurfaceState | undefined): string[] {
  const [old, next] = [credentialsOf(before), credentialsOf(after)];
  return [...old].filter((credential) => !next.has(credential));
}

function credentialsOf(state: SurfaceState | undefined): ReadonlySet<string> {
  if (state?.kind === "note" && state.note === "readable with a signature") {
    return new Set(["a signed URL or cookie"]);
  }
  if (state?.kind !== "authorization") return new Set();
  const kinds = state.requirements.map(({ kind }) => kind);
  return new Set(CREDENTIALS.flatMap(([kind, text]) => (kinds.includes(kind) ? [text] : [])));
}

const CREDENTIALS: readonly (readonly [Requirement["kind"], string])[] = [
  ["AWS_IAM", "a signature"],
  ["API_KEY", "an API key"],
  ["authorizer", "an authorizer's consent"],
  ["token", "a token"],
];

function pathsText(pattern: string): string {
  if (pattern === "*") return "";
  return `, ${pattern.startsWith("*") ? "" : "/"}${pattern}`;
}

function authorizationText({
  requirements,
  scopes,
  cors,
  target,
  answeredBy,
  differs,
}: AuthorizationState): string {
  const text = requirements.map(requirementText).join(" + ");
  return [
    scopes.length === 0 ? text : `${text} [${scopes.join(", ")}]`,
    ...(target === undefined ? [] : [`, invokes ${targetText(target)}`]),
    ...(answeredBy === undefined ? [] : [`, answered by ${answeredBy}`]),
    ...(cors === undefined ? [] : [`; ${corsText(cors)}`]),
    ...(differs === undefined ? [] : [DIFFERENCES[differs]]),
  ].join("");
}

const DIFFERENCES: Readonly<Record<NonNullable<AuthorizationState["differs"]>, string>> = {
  definition: ", with another definition",
  target: " (another one)",
};

function requirementText(requirement: Requirement): string {
  switch (requirement.kind) {
    case "authorizer":
      return requirement.name === undefined
        ? `authorizer (${requirement.type})`
        : `authorizer ${requirement.name}`;
    case "token":
      return tokenText(requirement);
    case "NONE": {
      const { ignoredScheme, ignoredType } = requirement;
      if (ignoredScheme !== undefined) return `NONE (API Gateway ignores ${ignoredScheme})`;
      return ignoredType === undefined
        ? "NONE"
        : `NONE (API Gateway does not support the type ${ignoredType})`;
    }
    default:
      return requirement.kind;
  }
}

/** `token of https://login.example.com for models with scope predict` */
function tokenText({ issuers, audiences = [], scopes = [] }: TokenRequirement): string {
  return [
    `token of ${issuers.join(" or ")}`,
    ...(audiences.length === 0 ? [] : [` for ${audiences.join(" or ")}`]),
    ...(scopes.length === 0 ? [] : [` with scope ${scopes.join(" and ")}`]),
  ].join("");
}

function targetText({ kind, name, hasRole }: TargetName): string {
  const text = kind === "other" ? `an integration of type ${name ?? "none"}` : `${kind} ${name}`;
  return hasRole ? `${text} with a role` : text;
}

function corsText({ origins, methods, credentials }: Cors): string {
  if (origins.length === 0) return "no CORS";
  const allowed = methods.length === 0 ? "" : ` (${methods.join(", ")})`;
  return `CORS ${origins.join(", ")}${allowed}${credentials ? " with credentials" : ""}`;
}

/** `streamed, waits 300 seconds` */
function transferText({ isStreamed, timeoutInSeconds }: TransferState): string {
  const mode = isStreamed ? "streamed" : "buffered";
  return timeoutInSeconds === undefined ? mode : `${mode}, waits ${counted(timeoutInSeconds, "second")}`;
}

/** `1,000 requests per second, burst 2,000` */
function throttlingText({ rate, burst, quota }: ThrottlingState): string {
  const limits = limitsText(rate, burst);
  return quota === undefined ? limits : `${limits}, ${quotaText(quota)}`;
}

function limitsText(rate: Limit, burst: Limit): string {
  if (rate === burst && rate === null) return "only the account's limit";
  if (rate === burst && rate === KNOWN_AFTER_APPLY) return `limits ${KNOWN_AFTER_APPLY}`;
  return `${rateText(rate)}, ${burstText(burst)}`;
}

function rateText(rate: Limit): string {
  if (rate === null) return "no rate limit";
  return rate === KNOWN_AFTER_APPLY ? `rate ${rate}` : `${counted(rate, "request")} per second`;
}

function burstText(burst: Limit): string {
  if (burst === null) return "no burst limit";
  return `burst ${burst === KNOWN_AFTER_APPLY ? burst : inDigits(burst)}`;
}

function quotaText({ limit, period }: NonNullable<ThrottlingState["quota"]>): string {
  if (limit !== null) return `${counted(limit, "request")} per ${period ?? `period ${KNOWN_AFTER_APPLY}`}`;
  return `quota ${period === null ? "" : `per ${period} `}${KNOWN_AFTER_APPLY}`;
}
