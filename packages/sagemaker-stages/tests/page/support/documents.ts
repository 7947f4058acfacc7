import { catalog, type ModelName } from "../../../../../functions";
import { openApi } from "../../../src/constructs/api/openapi";
import type { RouteAccess } from "../../../src/environment/model-settings";
import { type PublicDocument, publicDocument } from "../../../src/page/public-document";

/** The API's document for some models of the catalog, as the stacks make it. */
export function apiDocument(access: Readonly<Partial<Record<ModelName, RouteAccess>>>): unknown {
  const models = Object.keys(access) as ModelName[];
  return openApi({
    title: "test-inference",
    region: "eu-central-1",
    partition: "aws",
    corsAllowOrigin: "*",
    routes: models.map((model) => ({
      contract: catalog[model],
      access: access[model] ?? "AWS_IAM",
      functionArn: `arn:aws:lambda:eu-central-1:111122223333:function:test-${model}`,
    })),
  });
}

/** Every model of the catalog, open to everybody. */
export const ALL_PUBLIC = Object.fromEntries(
  Object.keys(catalog).map((model) => [model, "PUBLIC"]),
) as Record<ModelName, RouteAccess>;

export const STAGE_URL = "https://abcdefghij.execute-api.eu-central-1.amazonaws.com/test";

/** What the page of {@link ALL_PUBLIC} reads. */
export function everyRoute(): PublicDocument {
  return publicDocument(apiDocument(ALL_PUBLIC), STAGE_URL);
}
