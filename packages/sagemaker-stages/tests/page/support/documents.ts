import { openApi } from "../../../src/constructs/api/openapi";
import type { ReadyMade } from "../../../src/contracts/ready-made";
import type { ParsedRouteAccess } from "../../../src/environment/model-settings";
import { type PublicDocument, publicDocument } from "../../../src/page/public-document";
import { type ModelName, models } from "../../fixtures/app/functions";

/** The API's document of a stack with some of the fixture models. */
export function apiDocument(access: Readonly<Partial<Record<ModelName, ParsedRouteAccess>>>): unknown {
  return openApi({
    title: "test-inference",
    region: "eu-central-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: (Object.keys(access) as ModelName[]).map((model) => ({
      contract: models[model],
      access: access[model] ?? "AWS_IAM",
      functionArn: `arn:aws:lambda:eu-central-1:111122223333:function:test-${model}`,
    })),
  });
}

/** Every fixture model, with public access. */
export const ALL_PUBLIC = Object.fromEntries(Object.keys(models).map((model) => [model, "PUBLIC"])) as Record<
  ModelName,
  ParsedRouteAccess
>;

export const STAGE_URL = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/test";

/** The public document of {@link ALL_PUBLIC}. */
export function everyRoute(): PublicDocument {
  return publicDocument(apiDocument(ALL_PUBLIC), STAGE_URL);
}

/** The public document of models that a test defines. Every model is public. */
export function documentOf(made: Readonly<Record<string, ReadyMade<unknown, unknown>>>): PublicDocument {
  const document = openApi({
    title: "test-inference",
    region: "eu-central-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: Object.entries(made).map(([model, contract]) => {
      const { contract: parts, about } = contract.as(model);
      return {
        contract: { ...parts, ...about },
        access: "PUBLIC",
        functionArn: "arn:aws:lambda:x:1:function:y",
      };
    }),
  });
  return publicDocument(document, STAGE_URL);
}
