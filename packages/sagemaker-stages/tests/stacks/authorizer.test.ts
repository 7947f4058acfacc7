import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInThisContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { strFromU8, unzipSync } from "fflate";
import type { TokenRoute } from "../../src/authorizer/tokens";
import { authorizerCode, authorizerPackage } from "../../src/constructs/api/authorizer-code";
import { exampleModel, exampleWith, named } from "./support/environments";
import { parseEmbedded, synthesize } from "./support/synthesized";

/** The limit of each function's package, compressed. */
const MAX_BYTES = 12 * 1024;

function routes(count: number): TokenRoute[] {
  return Array.from({ length: count }, (_, index) => ({
    route: `POST /model-${index}`,
    issuer: `https://login-${index % 3}.example.com/realms/models`,
    audience: ["https://models.example.com"],
    scopes: [`models:${index}`],
  }));
}

describe("the package of the authorizer", () => {
  // 200 routes of three issuers, whose policies API Gateway accepts.
  it.each([1, 200])("has at most 12 KB compressed with %d routes, and no AWS SDK", (count) => {
    // Act
    const code = authorizerCode({ tokens: routes(count) });

    // Assess
    process.stdout.write(`authorizer with ${count} routes: ${gzipSync(code).length} bytes compressed\n`);
    expect(gzipSync(code).length).toBeLessThanOrEqual(MAX_BYTES);
    expect(strFromU8(code)).not.toMatch(/aws-sdk|smithy/);
    expect([...strFromU8(code).matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name)).toEqual(
      expect.arrayContaining(["node:crypto"]),
    );
  });

  it("has the same bytes in each folder, and contains a handler", () => {
    // Prepare
    const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "authorizer-")));

    // Act
    const packages = folders.map((folder) => authorizerPackage({ tokens: routes(2) }, folder, "nodejs22.x"));
    const zips = packages.map(({ zipFile }) => readFileSync(zipFile));
    for (const folder of folders) rmSync(folder, { recursive: true });

    // Assess
    expect(zips[0]?.equals(zips[1] ?? Buffer.alloc(0))).toBe(true);
    expect(packages[0]).toMatchObject({ sha256: packages[1]?.sha256, handler: "index.handler" });
    const files = unzipSync(new Uint8Array(zips[0] ?? []));
    const module: { exports: { handler?: unknown } } = { exports: {} };
    runInThisContext(
      `(function (module, exports, require) {${strFromU8(files["index.js"] ?? new Uint8Array())}\n})`,
    )(module, module.exports, createRequire(__filename));
    expect(typeof module.exports.handler).toBe("function");
  });
});

const JWT = { jwt: { issuer: "https://login.example.com", audience: ["models"], scopes: ["predict"] } };
const POOL = "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/eu-central-1_A1b2C3d4E";

const withToken = exampleWith({ access: JWT });
const synthesized = synthesize([
  {
    ...named("tokens", withToken),
    permissionsBoundary: true,
    stage: {
      ...withToken.stage,
      accessLogs: true,
      logCallers: true,
      authorizerCacheInSeconds: 0,
      authorizerReservedConcurrency: 20,
    },
    network: { vpc: { availabilityZones: ["eu-central-1a"] } },
  },
  {
    ...named("pools", exampleWith({ access: { cognito: { userPoolArn: POOL } } })),
    models: {
      "loan-default": { ...exampleModel, access: { cognito: { userPoolArn: POOL } } },
      "energy-demand": { ...exampleModel, access: { cognito: { userPoolArn: POOL, scopes: ["a/b"] } } },
      "ticket-urgency": { ...exampleModel, access: { cognito: { userPoolArn: `${POOL}5` } } },
    },
  },
]);

/** The API's document of a stack. */
function documentOf(name: string) {
  const { body } = synthesized.stack(name).one("aws_api_gateway_rest_api").values;
  return parseEmbedded(String(body), "body") as unknown as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: unknown }>>>>;
    readonly components: { readonly securitySchemes: Readonly<Record<string, object>> };
    readonly "x-amazon-apigateway-gateway-responses": Readonly<
      Record<string, { readonly statusCode?: string; readonly responseParameters: object }>
    >;
  };
}

describe("an environment with a route for tokens of an issuer", () => {
  const stack = synthesized.stack("tokens");
  const fn = stack
    .find("aws_lambda_function")
    .find(({ values }) => values.function_name === "tokens-authorizer");

  it("has a function outside of the network, whose role is within the boundary", () => {
    // Act
    const roles = stack.find("aws_iam_role").map(({ values }) => values);

    // Assess
    expect(fn?.values).toMatchObject({ handler: "index.handler", timeout: 6, memory_size: 256 });
    expect(fn?.values).not.toHaveProperty("vpc_config");
    expect(fn?.values).not.toHaveProperty("environment");
    expect(roles.find(({ name }) => name === "tokens-authorizer-function")).toMatchObject({
      permissions_boundary: expect.stringContaining("tokens-boundary"),
    });
  });

  it("has the reserved concurrency of the stage's settings", () => {
    // Act
    const reserved = fn?.values.reserved_concurrent_executions;

    // Assess
    expect(reserved).toBe(20);
  });

  it("has an authorizer with the identity source and the lifetime of the cache", () => {
    // Act
    const { components, paths } = documentOf("tokens");

    // Assess
    expect(components.securitySchemes).toEqual({
      tokens: {
        type: "apiKey",
        name: "Authorization",
        in: "header",
        "x-amazon-apigateway-authtype": "custom",
        "x-amazon-apigateway-authorizer": {
          type: "request",
          identitySource: "method.request.header.Authorization",
          authorizerUri:
            "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/arn:aws:lambda:eu-central-1:111122223333:function:tokens-authorizer/invocations",
          authorizerResultTtlInSeconds: 0,
        },
      },
    });
    expect(paths["/loan-default"]).toMatchObject({
      post: { security: [{ tokens: [] }], "x-required-token": JWT.jwt },
      options: { security: [] },
    });
  });

  it("answers as a problem, with the scheme of the tokens", () => {
    // Act
    const responses = documentOf("tokens")["x-amazon-apigateway-gateway-responses"];

    // Assess
    const challenge = { "gatewayresponse.header.WWW-Authenticate": "'Bearer'" };
    expect(responses).toMatchObject({
      UNAUTHORIZED: { statusCode: "401", responseParameters: challenge },
      ACCESS_DENIED: { statusCode: "403", responseParameters: challenge },
      AUTHORIZER_FAILURE: { statusCode: "503" },
      AUTHORIZER_CONFIGURATION_ERROR: { statusCode: "500" },
    });
  });

  it("writes the ids of callers to the access log", () => {
    // Act
    const { access_log_settings: settings } = stack.one("aws_api_gateway_stage").values;

    // Assess
    expect(JSON.stringify(settings)).toContain("$context.authorizer.principalId");
  });

  it("creates the stage after the permission to invoke the authorizer", () => {
    // Act
    const { depends_on: dependencies } = stack.one("aws_api_gateway_stage").values;

    // Assess
    expect(dependencies).toEqual(
      expect.arrayContaining([expect.stringMatching(/^aws_lambda_permission\.stage_authorizer-permission_/)]),
    );
  });
});

describe("an environment with routes for tokens of user pools", () => {
  it("has one authorizer per pool, and no function for tokens", () => {
    // Act
    const { components, paths } = documentOf("pools");
    const names = synthesized
      .stack("pools")
      .find("aws_lambda_function")
      .map(({ values }) => values.function_name);

    // Assess
    expect(components.securitySchemes).toMatchObject({
      cognito: { "x-amazon-apigateway-authorizer": { type: "cognito_user_pools", providerARNs: [POOL] } },
      cognito2: { "x-amazon-apigateway-authorizer": { providerARNs: [`${POOL}5`] } },
    });
    expect(Object.values(paths).map(({ post }) => post?.security)).toEqual([
      [{ cognito: [] }],
      [{ cognito: ["a/b"] }],
      [{ cognito2: [] }],
    ]);
    expect(names).not.toContain("pools-authorizer");
  });
});
