import { describe, expect, it } from "@jest/globals";
import type { Environment } from "../../src/environment/environment";
import { parseEnvironment } from "../../src/environment/parse";
import { requireOwnStage } from "../../src/load/own-stage";
import { DEV } from "../local/support/environments";

const DOMAIN: Environment = {
  ...DEV,
  stage: {
    ...DEV.stage,
    domain: {
      name: "api.example.com",
      certificateArn: "arn:aws:acm:us-east-1:123456789012:certificate/01234567-89ab-cdef-0123-456789abcdef",
    },
  },
};

function refuse(environment: Environment, stageUrl: string): () => void {
  return () => requireOwnStage(parseEnvironment(environment), { stageUrl, functionUrls: new Map() });
}

describe("the stage of a load test", () => {
  it.each([
    ["API Gateway in the region", DEV, "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/dev"],
    [
      "a private API",
      DEV,
      "https://a1b2c3d4e5-vpce-01234567abcdef01.execute-api.us-east-1.amazonaws.com/dev",
    ],
    [
      "China",
      { ...DEV, region: "cn-north-1" },
      "https://a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn/dev",
    ],
    ["the domain name of the environment", DOMAIN, "https://api.example.com/models"],
    ["the local stage", DEV, "http://127.0.0.1:3000/dev"],
    ["the local stage of a project", { ...DEV, project: "shop" }, "http://localhost:3000/shop-dev"],
  ])("is accepted: %s", (_, environment, url) => {
    // Act and assess
    expect(refuse(environment, url)).not.toThrow();
  });

  it.each([
    ["another service", DEV, "https://www.example.com/dev"],
    ["another region", DEV, "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/dev"],
    [
      "a host that only contains the domain of API Gateway",
      DEV,
      "https://a.execute-api.us-east-1.amazonaws.com.example.com/dev",
    ],
    ["a longer host", DEV, "https://www.example.execute-api.us-east-1.amazonaws.com/dev"],
    ["a domain name of another environment", DEV, "https://api.example.com/models"],
    ["another domain name", DOMAIN, "https://www.api.example.com/models"],
    ["no encryption", DEV, "http://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/dev"],
  ])("is refused: %s", (_, environment, url) => {
    // Act and assess
    expect(refuse(environment, url)).toThrow(
      `stage: got ${url} from the outputs of dev; allowed: ${environment === DOMAIN ? "https://api.example.com, or " : ""}an address of API Gateway in us-east-1, https://<api>.execute-api.us-east-1.amazonaws.com`,
    );
  });

  it.each(["http://127.0.0.1:3000/prod", "http://127.0.0.1:3000", "http://127.0.0.1:3000/dev/x"])(
    "is refused on this machine when it is not the stage of the environment: %s",
    (url) => {
      // Act and assess
      expect(refuse(DEV, url)).toThrow(
        `stage: got ${url}; allowed on this machine: the local stage of dev, http://127.0.0.1:3000/dev`,
      );
    },
  );
});
