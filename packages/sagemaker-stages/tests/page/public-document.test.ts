import { describe, expect, it } from "@jest/globals";
import { publicDocument, shownMediaTypes } from "../../src/page/public-document";
import { ALL_PUBLIC, apiDocument, STAGE_URL } from "./support/documents";

/** An API with one hand-written route. */
function handWritten(operation: object, schemas: object = {}): unknown {
  return {
    openapi: "3.0.1",
    info: { title: "test", version: "1.0.0" },
    paths: { "/a": { post: { security: [], responses: {}, ...operation } } },
    components: { schemas },
  };
}

const withBody = (schema: object) => ({ requestBody: { content: { "application/json": { schema } } } });

describe("the public document", () => {
  it("requests a stream in the example, and gives values without a schema the type of the example", () => {
    // Prepare
    const chat = (streamType: object) =>
      handWritten(
        {
          requestBody: {
            content: {
              "application/json": {
                schema: { $ref: "#/components/schemas/Chat" },
                example: { messages: [{ role: "user", content: "Hi" }] },
              },
            },
          },
          responses: { "200": { description: "", content: { "application/json": {}, ...streamType } } },
        },
        {
          Chat: {
            type: "object",
            properties: {
              messages: { type: "array", items: { properties: { role: { type: "string" }, content: {} } } },
              stream: {},
              other: {},
            },
          },
        },
      );

    // Act
    const [streamed, plain] = [{ "text/event-stream": { example: "data: …" } }, {}].map((type) =>
      publicDocument(chat(type), STAGE_URL),
    );

    // Assess
    const exampleOf = (published: typeof streamed) =>
      published?.paths["/a"]?.post?.requestBody?.content["application/json"]?.example;
    expect(exampleOf(streamed)).toEqual({ messages: [{ role: "user", content: "Hi" }], stream: true });
    expect(exampleOf(plain)).toEqual({ messages: [{ role: "user", content: "Hi" }] });
    expect(streamed?.components.schemas.Chat).toMatchObject({
      properties: {
        messages: { items: { properties: { content: { anyOf: [{ type: "string" }, {}] } } } },
        stream: { anyOf: [{ type: "boolean" }, {}] },
        other: {},
      },
    });
    expect(plain?.components.schemas.Chat).toMatchObject({ properties: { stream: {} } });
    expect(JSON.stringify(plain)).not.toContain("anyOf");
  });

  it("contains only the public routes with their schemas", () => {
    // Prepare
    const api = apiDocument({
      "loan-default": "API_KEY",
      "ticket-urgency": "PUBLIC",
      "language-check": "AWS_IAM",
    });

    // Act
    const published = publicDocument(api, STAGE_URL);

    // Assess
    expect(Object.entries(published.paths).map(([path, item]) => [path, Object.keys(item)])).toEqual([
      ["/ticket-urgency", ["post"]],
    ]);
    expect(Object.keys(published.components.schemas)).toEqual(["TicketUrgencyRequest"]);
    expect(published.servers).toEqual([{ url: STAGE_URL }]);
    expect(JSON.stringify(published)).not.toMatch(/loan|language|api_key|sigv4/i);
  });

  it("describes the routes of signed-in users with their own security and server", () => {
    // Prepare
    const api = apiDocument({
      "loan-default": {
        cognito: { userPoolArn: "arn:aws:cognito-idp:eu-central-1:111122223333:userpool/x", scopes: [] },
      },
      "ticket-urgency": "AWS_IAM",
      "language-check": "AWS_IAM",
    });
    const functionUrl = "https://abc.lambda-url.eu-central-1.on.aws/";

    // Act
    const { paths, components, servers } = publicDocument(api, STAGE_URL, {
      "/loan-default": { url: `${STAGE_URL}/loan-default`, service: "token" },
      "/ticket-urgency": { url: `${STAGE_URL}/ticket-urgency`, service: "execute-api" },
      "/language-check": { url: functionUrl, service: "lambda" },
    });

    // Assess
    expect(
      Object.fromEntries(
        Object.entries(paths).map(([path, item]) => [
          path,
          Object.values(item).map(({ security, servers: own }) => ({ security, own })),
        ]),
      ),
    ).toEqual({
      "/loan-default": [{ security: [{ idToken: [] }], own: undefined }],
      "/ticket-urgency": [{ security: [{ signature: [] }], own: undefined }],
      "/language-check": [
        { security: [{ signature: [] }], own: [{ url: "https://abc.lambda-url.eu-central-1.on.aws" }] },
      ],
    });
    expect(Object.keys(components.securitySchemes ?? {})).toEqual(["signature", "idToken"]);
    expect(servers).toEqual([{ url: STAGE_URL }]);
  });

  it("describes a route like the API's own document", () => {
    // Prepare
    const api = apiDocument({ "language-check": "PUBLIC" });

    // Act
    const operation = publicDocument(api, STAGE_URL).paths["/language-check"]?.get;

    // Assess
    expect(operation).toMatchObject({
      operationId: "language-check",
      summary: "Language check",
      parameters: [
        { name: "q", in: "query", required: true, example: "guten morgen" },
        { name: "k", in: "query", required: false, example: "3" },
      ],
      security: [],
    });
  });

  it("describes bytes and the headers of an answer", () => {
    // Prepare
    const api = handWritten({
      requestBody: { content: { "application/json": { schema: {} }, "image/png": {} } },
      responses: {
        "200": {
          description: "The answer",
          headers: { "x-model-version": { schema: { type: "string" } } },
          content: { "application/json": { example: 1 }, "application/x-npy": {} },
        },
      },
    });

    // Act
    const operation = publicDocument(api, STAGE_URL).paths["/a"]?.post;

    // Assess
    const bytes = { schema: { type: "string", format: "binary" } };
    expect(operation?.requestBody?.content).toEqual({
      "application/json": { schema: {} },
      "image/png": bytes,
    });
    expect(operation?.responses?.["200"]).toEqual({
      description: "The answer",
      headers: { "x-model-version": { schema: { type: "string" } } },
      content: { "application/json": { example: 1 }, "application/x-npy": bytes },
    });
  });

  it("contains no extension of API Gateway", () => {
    // Prepare
    const api = apiDocument(ALL_PUBLIC);

    // Act
    const text = JSON.stringify(publicDocument(api, STAGE_URL));

    // Assess
    expect(JSON.stringify(api)).toMatch(/x-amazon-.*arn:aws/);
    expect(text).not.toMatch(/x-amazon-|arn:aws|111122223333|integration|securitySchemes/i);
  });

  it("follows references between schemas, even in a cycle", () => {
    // Prepare
    const reference = (name: string) => ({ $ref: `#/components/schemas/${name}` });
    const api = handWritten(withBody(reference("Tree")), {
      Tree: { properties: { leaf: reference("Leaf"), children: { items: reference("Tree") } } },
      Leaf: { type: "string" },
      Unused: { type: "string" },
    });

    // Act
    const { schemas } = publicDocument(api, STAGE_URL).components;

    // Assess
    expect(Object.keys(schemas)).toEqual(["Leaf", "Tree"]);
  });

  it("describes bytes with a schema and with the limit of a file", () => {
    // Prepare
    const content = { "application/json": { schema: { type: "object" } }, "image/png": {} };
    const api = handWritten({
      requestBody: { content, "x-max-bytes": 1_000 },
      responses: { "200": { description: "answer", content: { "audio/wav": {} } } },
    });

    // Act
    const published = publicDocument(api, STAGE_URL);

    // Assess
    const post = published.paths["/a"]?.post;
    expect(post?.requestBody).toEqual({
      content: {
        "application/json": { schema: { type: "object" } },
        "image/png": { schema: { type: "string", format: "binary", maxLength: 1_000 } },
      },
    });
    expect(post?.responses?.["200"]?.content).toEqual({
      "audio/wav": { schema: { type: "string", format: "binary" } },
    });
    expect(shownMediaTypes(published)).toEqual(["image/png", "audio/wav"]);
  });

  it("omits a route without an empty security", () => {
    // Prepare
    const api = handWritten({ security: undefined });

    // Act
    const { paths } = publicDocument(api, STAGE_URL);

    // Assess
    expect(paths).toEqual({});
  });

  it.each([
    ["a missing schema", "#/components/schemas/Missing"],
    ["another document", "https://example.com/schema.json"],
    ["a property that every JavaScript object inherits", "#/components/schemas/constructor"],
  ])("refuses a reference to %s", (_, $ref) => {
    // Prepare
    const api = handWritten(withBody({ $ref }));

    // Act
    const act = () => publicDocument(api, STAGE_URL);

    // Assess
    expect(act).toThrow(`$ref: got ${$ref}; allowed: #/components/schemas/<name>`);
  });

  it.each([
    ["an ARN", "Runs arn:aws:lambda:eu-central-1:111122223333:function:x", "an ARN"],
    ["an account", "Contact the owner of 111122223333", "a possible account id"],
    [
      "a value that only Terraform knows",
      `Runs \${aws_lambda_function.x.arn}`,
      "a value that is known after the deployment",
    ],
    ["a token of CDKTF", `Runs \${TfToken[TOKEN.7]}`, "a value that is known after the deployment"],
  ])("refuses to publish %s", (_, description, named) => {
    // Prepare
    const api = handWritten({ description });

    // Act
    const act = () => publicDocument(api, STAGE_URL);

    // Assess
    expect(act).toThrow(named);
  });

  it("publishes numbers with twelve digits that are not an account id", () => {
    // Prepare
    const api = handWritten({ description: "0.123456789012 and 1234567890123" });

    // Act
    const act = () => publicDocument(api, STAGE_URL);

    // Assess
    expect(act).not.toThrow();
  });

  it("refuses a value that is not an OpenAPI document", () => {
    // Act
    const act = () => publicDocument({ paths: [] }, STAGE_URL);

    // Assess
    expect(act).toThrow("openapi");
  });
});
