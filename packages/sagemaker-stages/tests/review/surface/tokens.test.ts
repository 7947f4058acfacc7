import { describe, expect, it } from "@jest/globals";
import { openApi } from "../../../src/constructs/api/openapi";
import type { ParsedRouteAccess } from "../../../src/environment/model-settings";
import type { Plan } from "../../../src/review/reading/plan";
import { reportOf } from "../../../src/review/report";
import { surfaceChanges } from "../../../src/review/surface";
import { models } from "../../fixtures/app/functions";
import { type PlanParts, planOf } from "../support/plan-json";
import { surfaceText } from "../support/texts";

const POOL = "arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_A1b2C3d4E";
const OTHER_POOL = POOL.replace("A1b2C3d4E", "Z9y8X7w6V");
const ISSUER = "https://login.example.com";
const ACCOUNT = "111122223333";

function jwt(issuer: string, audience: string[], scopes: string[] = []): ParsedRouteAccess {
  return { jwt: { issuer, audience, scopes } };
}

function cognito(userPoolArn: string, scopes: string[] = []): ParsedRouteAccess {
  return { cognito: { userPoolArn, scopes } };
}

function documentWith(access: ParsedRouteAccess, functionName = "prod-authorizer", cacheInSeconds = 60) {
  const document = openApi({
    title: "prod-inference",
    region: "us-east-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: [
      {
        contract: models["ticket-urgency"],
        access,
        functionArn: "arn:aws:lambda:us-east-1:111122223333:function:prod-ticket-urgency",
      },
    ],
    authorizer: {
      functionArn: `arn:aws:lambda:us-east-1:111122223333:function:${functionName}`,
      cacheInSeconds,
    },
  });
  return { body: JSON.stringify(document) };
}

/** The plan of the environment prod, with a change of the API. */
function planWith(before: object, after: object, provider: PlanParts = { accountId: ACCOUNT }): Plan {
  const address = "aws_api_gateway_rest_api.it";
  return planOf({
    environment: "prod",
    ...provider,
    resources: [{ address, actions: ["update"], before, after }],
  });
}

/** The changes of a plan in one line each, with the flags that are raised. */
function linesOf(before: object, after: object, provider?: PlanParts): string[] {
  return surfaceChanges(planWith(before, after, provider)).map((change) => {
    const flags = (["opened", "public", "undetermined"] as const).filter((flag) => change[flag]);
    const text = surfaceText(change);
    return `${text.before} → ${text.after}${flags.map((flag) => ` !${flag}`).join("")}`;
  });
}

const FULL = `token of ${ISSUER} for models with scope predict and read`;

describe("a route that requires a token", () => {
  it.each<[string, ParsedRouteAccess, ParsedRouteAccess, string[]]>([
    [
      "PUBLIC, from jwt",
      jwt(ISSUER, ["models"]),
      "PUBLIC",
      [`token of ${ISSUER} for models → NONE !opened !public`],
    ],
    [
      "API_KEY, from jwt",
      jwt(ISSUER, ["models"]),
      "API_KEY",
      [`token of ${ISSUER} for models → API_KEY !opened`],
    ],
    ["jwt, from PUBLIC", "PUBLIC", jwt(ISSUER, ["models"]), [`NONE → token of ${ISSUER} for models`]],
    ["jwt, from API_KEY", "API_KEY", jwt(ISSUER, ["models"]), [`API_KEY → token of ${ISSUER} for models`]],
    [
      "jwt, from AWS_IAM",
      "AWS_IAM",
      jwt(ISSUER, ["models"]),
      [`AWS_IAM → token of ${ISSUER} for models !opened`],
    ],
    [
      "without a scope",
      jwt(ISSUER, ["models"], ["predict", "read"]),
      jwt(ISSUER, ["models"], ["predict"]),
      [`${FULL} → token of ${ISSUER} for models with scope predict !opened`],
    ],
    [
      "with one scope more",
      jwt(ISSUER, ["models"], ["predict"]),
      jwt(ISSUER, ["models"], ["predict", "read"]),
      [`token of ${ISSUER} for models with scope predict → ${FULL}`],
    ],
    [
      "with another scope",
      jwt(ISSUER, ["models"], ["predict"]),
      jwt(ISSUER, ["models"], ["read"]),
      [
        `token of ${ISSUER} for models with scope predict → token of ${ISSUER} for models with scope read !opened`,
      ],
    ],
    [
      "for another audience, too",
      jwt(ISSUER, ["models"]),
      jwt(ISSUER, ["models", "shop"]),
      [`token of ${ISSUER} for models → token of ${ISSUER} for models or shop !opened`],
    ],
    [
      "for one audience less",
      jwt(ISSUER, ["models", "shop"]),
      jwt(ISSUER, ["shop"]),
      [`token of ${ISSUER} for models or shop → token of ${ISSUER} for shop`],
    ],
    [
      "of another issuer",
      jwt(ISSUER, ["models"]),
      jwt("https://login.example.org", ["models"]),
      [`token of ${ISSUER} for models → token of https://login.example.org for models !opened`],
    ],
    [
      "of another user pool",
      cognito(POOL),
      cognito(OTHER_POOL),
      ["token of user pool us-east-1_A1b2C3d4E → token of user pool us-east-1_Z9y8X7w6V !opened"],
    ],
    [
      "with one scope more, of which a user pool's token needs one",
      cognito(POOL, ["a"]),
      cognito(POOL, ["a", "b"]),
      ["token of user pool us-east-1_A1b2C3d4E [a] → token of user pool us-east-1_A1b2C3d4E [a, b] !opened"],
    ],
    [
      "without scopes of a user pool",
      cognito(POOL, ["a"]),
      cognito(POOL),
      ["token of user pool us-east-1_A1b2C3d4E [a] → token of user pool us-east-1_A1b2C3d4E !opened"],
    ],
    ["unchanged", jwt(ISSUER, ["models"], ["predict"]), jwt(ISSUER, ["models"], ["predict"]), []],
  ])("is reported when it becomes %s", (_, before, after, expected) => {
    // Act
    const lines = linesOf(documentWith(before), documentWith(after));

    // Assess
    expect(lines).toEqual(expected);
  });
});

const DOCUMENT = documentWith(jwt(ISSUER, ["models"]));
const KNOWN = `token of ${ISSUER} for models`;

/** The document with another text in place of a text. */
function changed(text: string, other: string) {
  const body = DOCUMENT.body.replace(text, other);
  if (body === DOCUMENT.body) throw new Error(`the document does not contain ${text}`);
  return { body };
}

describe("the authorizer of a route that requires a token", () => {
  const source = "method.request.header.Authorization";
  const swaps = [
    {
      what: "uses a result again for every caller with the same Accept header",
      after: changed(source, "method.request.header.Accept"),
    },
    { what: "also uses another identity source", after: changed(source, `${source}, context.path`) },
    {
      what: "reads the token from the query",
      after: changed(source, "method.request.querystring.Authorization"),
    },
    {
      what: "has no identity source",
      after: changed(`"identitySource":"${source}",`, ""),
    },
    { what: "is a function of another name", after: documentWith(jwt(ISSUER, ["models"]), "own-tokens") },
    {
      what: "is the authorizer of another environment",
      after: documentWith(jwt(ISSUER, ["models"]), "dev-authorizer"),
    },
    {
      what: "is a function whose name only ends like the authorizer's",
      after: documentWith(jwt(ISSUER, ["models"]), "x-prod-authorizer"),
    },
    {
      what: "is a version of the function",
      after: documentWith(jwt(ISSUER, ["models"]), "prod-authorizer:1"),
    },
    {
      what: "is a function of another account",
      after: changed(`${ACCOUNT}:function:prod-authorizer`, "999999999999:function:prod-authorizer"),
    },
    {
      what: "is a function of another region",
      after: changed(
        `us-east-1:${ACCOUNT}:function:prod-authorizer`,
        `us-east-2:${ACCOUNT}:function:prod-authorizer`,
      ),
    },
    {
      what: "is invoked with the permissions of a role",
      after: changed(
        '"type":"request"',
        `"type":"request","authorizerCredentials":"arn:aws:iam::${ACCOUNT}:role/r"`,
      ),
    },
    { what: "is of another type", after: changed('"type":"request"', '"type":"token"') },
    { what: "is of another kind", after: changed('-authtype":"custom"', '-authtype":"other"') },
    {
      what: "has the scheme of another header",
      after: changed('"name":"Authorization"', '"name":"authorization"'),
    },
  ];

  it.each(swaps)("is undetermined when it $what", ({ after }) => {
    // Act
    const plan = planWith(DOCUMENT, after);
    const [report] = reportOf([plan]).environments;

    // Assess
    expect(linesOf(DOCUMENT, after)).toEqual([`${KNOWN} → authorizer tokens !opened !public !undetermined`]);
    expect(report?.flags).toMatchObject({ widen: true, public: true });
  });

  it.each(swaps)(
    "opens the route for other tokens when the stack's authorizer replaces one that $what",
    (swap) => {
      // Act
      const lines = linesOf(swap.after, DOCUMENT);

      // Assess
      expect(lines).toEqual([`authorizer tokens → ${KNOWN} !opened`]);
    },
  );

  it("is unchanged when only its cache changes", () => {
    // Act
    const lines = linesOf(DOCUMENT, documentWith(jwt(ISSUER, ["models"]), "prod-authorizer", 0));

    // Assess
    expect(lines).toEqual([]);
  });

  it.each<[string, PlanParts, string]>([
    ["the account that the provider allows", { accountId: ACCOUNT }, KNOWN],
    ["the account of the credentials", { callerAccountId: ACCOUNT }, KNOWN],
    [
      "the account that the provider allows, and not that of the credentials",
      { accountId: ACCOUNT, callerAccountId: "999999999999" },
      KNOWN,
    ],
    ["another account of the credentials", { callerAccountId: "999999999999" }, "authorizer tokens"],
    ["no known account", {}, "authorizer tokens"],
    ["another region", { accountId: ACCOUNT, region: "us-east-2" }, "authorizer tokens"],
    ["another environment", { accountId: ACCOUNT, environment: "dev" }, "authorizer tokens"],
  ])("is compared with %s", (_, provider, words) => {
    // Act
    const lines = linesOf(documentWith("PUBLIC"), DOCUMENT, provider);

    // Assess
    expect(lines).toEqual([`NONE → ${words}`]);
  });

  it("does not hide another audience when the authorizer is another function before and after", () => {
    // Prepare
    const before = documentWith(jwt(ISSUER, ["models"]), "own-tokens");
    const after = documentWith(jwt(ISSUER, ["models", "shop"]), "own-tokens");

    // Act
    const lines = linesOf(before, after);

    // Assess
    expect(lines).toEqual([
      "authorizer tokens → authorizer tokens, with another definition !opened !public !undetermined",
    ]);
  });
});

describe("the gates of a review", () => {
  it.each<[string, ParsedRouteAccess, ParsedRouteAccess, string[]]>([
    ["becomes public", jwt(ISSUER, ["models"]), "PUBLIC", ["widen", "public"]],
    ["loses a scope", jwt(ISSUER, ["models"], ["predict"]), jwt(ISSUER, ["models"]), ["widen"]],
    ["gets another issuer", jwt(ISSUER, ["a"]), jwt("https://login.example.org", ["a"]), ["widen"]],
    ["gets another audience", jwt(ISSUER, ["a"]), jwt(ISSUER, ["a", "b"]), ["widen"]],
    ["gets another user pool", cognito(POOL), cognito(OTHER_POOL), ["widen"]],
    ["gets one scope more", jwt(ISSUER, ["a"]), jwt(ISSUER, ["a"], ["predict"]), []],
    ["becomes AWS_IAM", jwt(ISSUER, ["a"]), "AWS_IAM", []],
  ])("close when a route that requires a token %s", (_, before, after, gates) => {
    // Prepare
    const plan = planWith(documentWith(before), documentWith(after));

    // Act
    const [report] = reportOf([plan]).environments;

    // Assess
    const { widen, public: isPublic } = report?.flags ?? { widen: undefined, public: undefined };
    expect({ widen, public: isPublic }).toEqual({
      widen: gates.includes("widen"),
      public: gates.includes("public"),
    });
  });
});
