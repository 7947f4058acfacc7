import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { HttpResponse } from "../../src/local/http";
import type { LocalFunction } from "../../src/local/lambda/function";
import { RestApi } from "../../src/local/rest-api/rest-api";
import { received } from "./support/http-requests";
import { publicStage, ROUTE_ARN } from "./support/inference-api";
import { Lambda } from "./support/lambda";

/** Answers with the body of its event in base64, and with properties of the event in headers. */
const ECHO = `
  exports.handler = async ({ body, isBase64Encoded }) => {
    const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
    return {
      statusCode: 200,
      headers: { "Content-Type": "image/png", "X-Base64": isBase64Encoded, "X-Bytes": bytes.length },
      body: bytes.toString("base64"),
      isBase64Encoded: true,
    };
  };`;

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

let lambda: Lambda;
let echo: LocalFunction;

beforeAll(async () => {
  lambda = new Lambda();
  echo = lambda.run(ECHO, { invocableFor: [ROUTE_ARN] });
  await echo.warmUp();
});

afterAll(async () => {
  await lambda.close();
});

function serve(binaryMediaTypes: readonly string[], fn = echo): RestApi {
  const stage = publicStage(fn.definition);
  const openApi = { ...stage.openApi, binaryMediaTypes };
  return new RestApi(
    { ...stage, openApi },
    { accountId: "123456789012", region: "us-east-1" },
    new Map([[fn.definition.arn, fn]]),
  );
}

function send(
  api: RestApi,
  headers: Record<string, string>,
  body: Buffer = EVERY_BYTE,
): Promise<HttpResponse> {
  return api.handle(received({ path: "/dev/loan-default", headers, body }), "/loan-default");
}

describe("a request's body", () => {
  it.each(["image/png", "image/png; name=a", "image/png,image/jpeg"])(
    "arrives in base64 when its Content-Type is %s and image/png is a binary media type",
    async (contentType) => {
      // Act
      const answer = await send(serve(["image/png"]), { "Content-Type": contentType, Accept: "image/png" });

      // Assess
      expect(answer.headers).toMatchObject({ "X-Base64": "true", "X-Bytes": "256" });
      expect(answer.body).toEqual(EVERY_BYTE);
    },
  );

  it.each(["image/jpeg", "IMAGE/PNG", "application/octet-stream"])(
    "arrives as text with replaced bytes when its Content-Type is %s",
    async (contentType) => {
      // Act
      const answer = await send(serve(["image/png"]), { "Content-Type": contentType, Accept: "image/png" });

      // Assess
      expect(answer.headers).toMatchObject({ "X-Base64": "false", "X-Bytes": "512" });
    },
  );

  it("the body of the event is null when the request's body is empty, for every Content-Type", async () => {
    // Act
    const answer = await send(serve(["image/png"]), { "Content-Type": "image/png" }, Buffer.alloc(0));

    // Assess
    expect(answer.headers).toMatchObject({ "X-Base64": "false", "X-Bytes": "0" });
  });
});

/** Recorded from AWS: localstack/localstack, test_apigateway_lambda.py, test_aws_proxy_binary_response. */
describe("an answer in base64", () => {
  const PNG_AND_JPG = ["application/*", "image/jpg", "image/png"];

  it.each([
    [["image/png"], "image/png"],
    [["image/png"], "image/png,image/*,*/*;q=0.8"],
    [PNG_AND_JPG, "application/whatever"],
    [PNG_AND_JPG, "application/*"],
    [PNG_AND_JPG, "image/jpg"],
  ])("becomes bytes when the binary media types are %j and Accept is %s", async (types, Accept) => {
    // Act
    const answer = await send(serve(types), { "Content-Type": "image/png", Accept }, Buffer.from("hi"));

    // Assess
    expect(answer.body).toEqual(Buffer.from("hi"));
  });

  it.each([
    [[], "image/png"],
    [["image/png"], "image/jpg"],
    [["image/png"], "image/*"],
    [["image/png"], "*/*"],
    [["image/png"], "image/webp,image/png,*/*;q=0.8"],
    [PNG_AND_JPG, "application"],
    [PNG_AND_JPG, ""],
  ])("stays base64 when the binary media types are %j and Accept is %j", async (types, Accept) => {
    // Act
    const answer = await send(
      serve(types),
      { "Content-Type": "text/plain", ...(Accept === "" ? {} : { Accept }) },
      Buffer.from("hi"),
    );

    // Assess
    expect(answer.body).toBe("aGk=");
  });

  it("the answer causes a 500 of API Gateway when its body is not base64", async () => {
    // Prepare
    const wrong = lambda.run('exports.handler = async () => ({ body: "èé+à)(", isBase64Encoded: true });', {
      invocableFor: [ROUTE_ARN],
    });

    // Act
    const answer = await send(
      serve(["image/png"], wrong),
      { Accept: "image/png" },
      Buffer.from('{"data":"1,2,3"}'),
    );

    // Assess
    expect(answer).toMatchObject({
      status: 500,
      headers: { "x-amzn-ErrorType": "InternalServerErrorException" },
    });
  });

  it("stays text when the function does not set isBase64Encoded", async () => {
    // Prepare
    const text = lambda.run('exports.handler = async () => ({ body: "aGk=" });', {
      invocableFor: [ROUTE_ARN],
    });

    // Act
    const answer = await send(
      serve(["image/png"], text),
      { Accept: "image/png" },
      Buffer.from('{"data":"1,2,3"}'),
    );

    // Assess
    expect(answer.body).toBe("aGk=");
  });
});
