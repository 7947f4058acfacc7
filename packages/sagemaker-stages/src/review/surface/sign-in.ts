import { compareTexts } from "../changes/changes";
import { deployedValues } from "../reading/deployed-values";
import type { PlannedResource } from "../reading/planned-resource";
import { at, isEmptyValue, isSame, textOf, type Value, type Values } from "../reading/values";
import {
  type Finding,
  isSameState,
  note,
  type SurfaceNote,
  type SurfaceState,
  type SurfaceSubject,
  undetermined,
} from "./change";

/** Changes of a user pool: who can create a user, whether users need one-time codes, and other settings. */
export function userPoolChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.name) ?? resource.path;
  const users: SurfaceSubject = { kind: "user pool", name, part: "users" };
  const mfa: SurfaceSubject = { kind: "user pool", name, part: "sign-in" };
  if (after === undefined)
    return [{ subject: users, kind: "removed", before: note("exists"), after: undefined }];
  const codes = differing(mfa, before && mfaOf(before), mfaOf(after), {
    opened: before !== undefined && MFA_ORDER.indexOf(mfaOf(after)) > MFA_ORDER.indexOf(mfaOf(before)),
    public: false,
  });
  return [
    ...differing(users, registrationOf(before), registrationOf(after), {
      opened: registrationOf(after) === "anyone can create a user",
      public: registrationOf(after) === "anyone can create a user",
    }),
    ...codes,
    ...otherChanges(mfa, before, after, [
      ...READ_OF_USER_POOLS,
      // The provider sets both arguments together.
      ...(codes.length === 0 ? [] : ["software_token_mfa_configuration"]),
    ]),
  ];
}

/**
 * Changes of a client of a user pool: who receives tokens, by which flows, and for which scopes. A new client of an
 * existing user pool is a new way to sign in.
 */
export function userPoolClientChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.name) ?? resource.path;
  const subjectOf = (part: ClientPart): SurfaceSubject => ({ kind: "sign-in client", name, part });
  // The change of the user pool shows the end of a sign-in, and a new sign-in. The id of a new user pool is unknown.
  if (after === undefined || (before === undefined && textOf(after.user_pool_id) === undefined)) return [];
  return [
    ...CLIENT_LISTS.flatMap((list) => listChanges(subjectOf(list.part), before, after, list)),
    ...otherChanges(subjectOf("settings"), before, after, READ_OF_CLIENTS),
  ];
}

/** Changes of an identity pool: who gets credentials, and with the tokens of which providers. */
export function identityPoolChanges(resource: PlannedResource): Finding[] {
  const { before, after } = deployedValues(resource);
  const name = textOf((after ?? before)?.identity_pool_name) ?? resource.path;
  const subject: SurfaceSubject = { kind: "identity pool", name };
  if (after === undefined) return [{ subject, kind: "removed", before: note("exists"), after: undefined }];
  const isOpen = guestsOf(after) === "visitors without a sign-in get credentials";
  return [
    ...differing(subject, before && guestsOf(before), guestsOf(after), { opened: isOpen, public: isOpen }),
    ...(before === undefined ? [] : providerChanges(name, before, after)),
    ...otherChanges(subject, before, after, READ_OF_IDENTITY_POOLS),
  ];
}

/**
 * Arguments that other code of the review reads, that only name or describe the user pool, or that Cognito sets. A change
 * of every other argument can open the sign-in, e.g. of `lambda_config` and `sign_in_policy`.
 */
const READ_OF_USER_POOLS = [
  "admin_create_user_config",
  "arn",
  "creation_date",
  "custom_domain",
  "deletion_protection",
  "domain",
  "email_verification_message",
  "email_verification_subject",
  "endpoint",
  "estimated_number_of_users",
  "id",
  "last_modified_date",
  "mfa_configuration",
  "name",
  "sms_authentication_message",
  "sms_verification_message",
  "tags",
  "tags_all",
  "verification_message_template",
];

const READ_OF_IDENTITY_POOLS = [
  // A rule of the risks reads the classic flow.
  "allow_classic_flow",
  "allow_unauthenticated_identities",
  "arn",
  "cognito_identity_providers",
  "id",
  "identity_pool_name",
  "tags",
  "tags_all",
];

type ClientPart = Extract<SurfaceSubject, { kind: "sign-in client" }>["part"];

/** An argument that is a list, in which each further member opens the sign-in. */
interface ClientList {
  readonly argument: string;
  readonly part: ClientPart;
  /** What Cognito permits without the argument. */
  readonly withoutArgument?: readonly string[];
}

const CALLBACKS: ClientList = { argument: "callback_urls", part: "addresses" };

const CLIENT_LISTS: readonly ClientList[] = [
  CALLBACKS,
  { argument: "logout_urls", part: "addresses after the sign-out" },
  { argument: "allowed_oauth_flows", part: "OAuth flows" },
  { argument: "allowed_oauth_scopes", part: "scopes" },
  { argument: "supported_identity_providers", part: "identity providers" },
  {
    argument: "explicit_auth_flows",
    part: "authentication flows",
    // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
    withoutArgument: ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
  },
];

const READ_OF_CLIENTS = ["client_secret", "id", "name", ...CLIENT_LISTS.map(({ argument }) => argument)];

function listChanges(
  subject: SurfaceSubject,
  before: Values | undefined,
  after: Values,
  list: ClientList,
): Finding[] {
  const [was, is] = [before && listState(before, list), listState(after, list)];
  if (isSameState(was, is)) return [];
  const kind =
    before === undefined ? "added" : list === CALLBACKS ? "address changed" : "authorization changed";
  if (is.kind !== "names" || (was !== undefined && was.kind !== "names"))
    return [undetermined(subject, was, is)];
  // A new client without addresses or flows has nothing to show for them.
  if (was === undefined && is.names.length === 0) return [];
  return [
    {
      subject,
      kind,
      before: was,
      after: is,
      opened: is.names.some((one) => !was?.names.includes(one)),
      public: false,
    },
  ];
}

function listState(values: Values, { argument, withoutArgument = [] }: ClientList): SurfaceState {
  const value = values[argument] ?? null;
  if (isEmptyValue(value)) return { kind: "names", names: withoutArgument };
  const names = textsOf(value);
  return names === undefined ? note("known after apply") : { kind: "names", names: names.sort() };
}

/** Changes of the user pools and clients whose tokens the identity pool exchanges for credentials. */
function providerChanges(name: string, before: Values, after: Values): Finding[] {
  const subject: SurfaceSubject = { kind: "identity pool", name, part: "providers" };
  const [was, is] = [providersOf(before), providersOf(after)];
  const states = [was, is].map((providers): SurfaceState => {
    if (providers === undefined) return note("known after apply");
    return { kind: "names", names: providers.map(providerText) };
  });
  const [stateBefore, stateAfter] = states;
  if (was === undefined || is === undefined) return [undetermined(subject, stateBefore, stateAfter)];
  if (isSameState(stateBefore, stateAfter)) return [];
  const opened = is.some(
    (one) => !was.some((other) => other.client === one.client && (one.isChecked || !other.isChecked)),
  );
  const kind = "authorization changed";
  return [{ subject, kind, before: stateBefore, after: stateAfter, opened, public: false }];
}

/** A client of a user pool, whose ID tokens an identity pool exchanges for credentials. */
interface Provider {
  /** The client and its user pool. */
  readonly client: string;
  /** Whether the identity pool checks each token with the user pool. */
  readonly isChecked: boolean;
}

function providerText({ client, isChecked }: Provider): string {
  return `${client} (${isChecked ? "with" : "without"} the server-side token check)`;
}

/** @returns the providers by their names; `undefined` if a value is known only after the apply */
function providersOf({ cognito_identity_providers: values = null }: Values): Provider[] | undefined {
  if (isEmptyValue(values)) return [];
  if (!Array.isArray(values)) return undefined;
  const providers = values.map((one: Value): Provider | undefined => {
    const [pool, client] = [textOf(at(one, "provider_name")), textOf(at(one, "client_id"))];
    const check = at(one, "server_side_token_check");
    if (pool === undefined || client === undefined || typeof check === "symbol") return undefined;
    return { client: `client ${client} of ${pool}`, isChecked: check === true };
  });
  if (!providers.every((one) => one !== undefined)) return undefined;
  return providers.sort((one, other) => compareTexts(providerText(one), providerText(other)));
}

/** A change of arguments whose effect on the sign-in the review does not evaluate. */
function otherChanges(
  subject: SurfaceSubject,
  before: Values | undefined,
  after: Values,
  read: readonly string[],
): Finding[] {
  // The changes of a new resource show the sign-in. An existing resource had these values.
  if (before === undefined) return [];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !read.includes(name))
    .filter((name) => !(isEmptyValue(before[name]) && isEmptyValue(after[name])))
    .filter((name) => !isSame(before[name] ?? null, after[name] ?? null))
    .sort();
  return names.length === 0 ? [] : [undetermined(subject, note("exists"), { kind: "settings", names })];
}

function differing(
  subject: SurfaceSubject,
  before: SurfaceNote | undefined,
  after: SurfaceNote | undefined,
  flags: Pick<Finding, "opened" | "public">,
): Finding[] {
  if (before === after || after === undefined) return [];
  const was = before === undefined ? undefined : note(before);
  if (after === "known after apply") return [undetermined(subject, was, note(after))];
  const kind = before === undefined ? "added" : "authorization changed";
  return [{ subject, kind, before: was, after: note(after), ...flags }];
}

function registrationOf(values: Values | undefined): SurfaceNote | undefined {
  if (values === undefined) return undefined;
  const block = at(values, "admin_create_user_config", 0);
  const isAdminOnly = at(block, "allow_admin_create_user_only");
  if (isAdminOnly === true) return "only an administrator creates users";
  // Without the setting, Cognito lets anyone create a user.
  return typeof isAdminOnly === "symbol" || typeof block === "symbol"
    ? "known after apply"
    : "anyone can create a user";
}

/** From the strictest value. */
const MFA_ORDER: readonly SurfaceNote[] = [
  "one-time codes required",
  "one-time codes optional",
  "no one-time codes",
];

function mfaOf({ mfa_configuration: mfa }: Values): SurfaceNote {
  if (typeof mfa === "symbol") return "known after apply";
  if (mfa === "ON") return "one-time codes required";
  return mfa === "OPTIONAL" ? "one-time codes optional" : "no one-time codes";
}

function guestsOf({ allow_unauthenticated_identities: guests }: Values): SurfaceNote {
  if (typeof guests === "symbol") return "known after apply";
  return guests === true
    ? "visitors without a sign-in get credentials"
    : "only signed-in users get credentials";
}

/** @returns `undefined` if a value is known only after the apply */
function textsOf(values: Value | undefined): string[] | undefined {
  if (!Array.isArray(values)) return undefined;
  const texts = values.map((value: Value) => textOf(value));
  return texts.every((text) => text !== undefined) ? texts : undefined;
}
