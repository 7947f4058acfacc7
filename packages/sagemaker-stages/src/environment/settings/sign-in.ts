import type * as z from "zod";
import { flag, listOf, oneOf, optional, rule, settings, text, withDefault } from "./setting";

const COGNITO = "https://docs.aws.amazon.com/cognito/latest/developerguide";

/** A prefix of Cognito's domain. */
const DOMAIN_PREFIX = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Words that Cognito refuses in a prefix. */
const RESERVED_WORDS = /aws|amazon|cognito/;

/**
 * The values of `mfa`. `OPTIONAL` is not supported: Cognito's sign-in form then prompts no user to set up one-time codes,
 * and the page cannot do so itself, because its tokens do not have the scope `aws.cognito.signin.user.admin`.
 */
const MFA = ["ON", "OFF"] as const;

const MFA_SOURCE =
  "with OPTIONAL, Cognito's sign-in form prompts no user to set up one-time codes: " +
  "https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html";

/** The ways in which a signed-in user can call a model. */
const SIGNED_IN_BY = ["route", "functionUrl"] as const;

/** One model that signed-in users may call from the page, and the way to call the model. */
const signedInInvocation = settings({
  /** Name of a model of the environment. */
  model: text,
  /**
   * The way to call the model.
   * - `route`: the route of the stage. The access of the model must be `AWS_IAM` or `{ cognito: {} }`: the page signs the
   *   request with the user's temporary credentials, or sends the user's ID token.
   * - `functionUrl`: the function URL. The model must have a `functionUrl`. The page signs the request, too.
   */
  by: oneOf(SIGNED_IN_BY, "the type Environment of sagemaker-stages"),
});

/** Settings of the page's sign-in. */
export const signInSettings = settings({
  /**
   * The models that signed-in users may call from the page: 1–40 entries, each model once. A role's own policy has at most
   * 10,240 characters (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
   */
  models: listOf(signedInInvocation),

  /**
   * Multi-factor authentication with the one-time codes of an authenticator app: `ON` (each user must use codes) or `OFF`.
   * Cognito requires no code at the first sign-in of a new user
   * (https://docs.aws.amazon.com/cognito/latest/developerguide/user-pool-settings-mfa.html). Text messages are not
   * supported, because they cost money and can be intercepted.
   *
   * @default "ON"
   */
  mfa: withDefault(oneOf(MFA, MFA_SOURCE), "ON"),

  /**
   * Whether anyone can create a user. With `true`, every person with an email address can call the models of this page.
   * Cognito sends at most 50 emails a day for a user pool, and each registration needs one
   * (https://docs.aws.amazon.com/cognito/latest/developerguide/limits.html). Without the setting, only an administrator
   * creates users (https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html).
   *
   * @default false
   */
  selfRegistration: withDefault(flag, false),

  /**
   * The first part of the address of the sign-in form, `<domainPrefix>.auth.<region>.amazoncognito.com`: 1–63 characters
   * `a-z`, `0-9`, `-`, without `aws`, `amazon` and `cognito`, and not with `-` at the start or the end. The prefix must be
   * unique in the region, over all AWS accounts
   * (https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html).
   *
   * @default - the environment's prefix, and eight characters that depend on the account
   */
  domainPrefix: optional(
    rule(text, {
      holds: (prefix) => DOMAIN_PREFIX.test(prefix) && !RESERVED_WORDS.test(prefix),
      allowed:
        "1–63 characters a-z, 0-9, -, not with - at the start or the end, and without aws, amazon and cognito",
      source: `${COGNITO}/cognito-user-pools-assign-domain-prefix.html`,
    }),
  ),
});

/** Settings of the page's sign-in. */
export type SignInSettings = z.input<typeof signInSettings>;

/** {@link SignInSettings} with defaults. */
export type ParsedSignInSettings = z.output<typeof signInSettings>;

/** One model that signed-in users may call, and the way to call the model. */
export type SignedInInvocation = z.output<typeof signedInInvocation>;

/** A domain prefix without a setting contains the environment's prefix, which can contain a reserved word. */
export function hasReservedWord(prefix: string): boolean {
  return RESERVED_WORDS.test(prefix);
}
