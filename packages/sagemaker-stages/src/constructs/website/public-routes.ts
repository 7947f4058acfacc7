import { asyncOf } from "../../environment/async-requests";
import type { ParsedEnvironment } from "../../environment/environment";
import type { Models } from "../../models";
import { type PublicDocument, publicDocument } from "../../page/public-document";
import { openApi } from "../api/openapi";

/**
 * The document of the page's models, without values of a deployment. The page's files and headers are created from it
 * before the stage exists.
 *
 * @param environment - the environment's models and page
 * @param models - the app's models
 * @throws Error if a description names an ARN, an account or a value of the deployment
 */
export function publicRoutes(
  environment: Pick<ParsedEnvironment, "models" | "website">,
  models: Models,
): PublicDocument {
  const shown = pageModels(environment);
  const routes = Object.entries(environment.models).flatMap(([name, { access }]) => {
    const contract = models[name];
    if (!shown.includes(name) || contract === undefined) return [];
    // The page's document does not contain the access of routes that are not public.
    return [{ contract, access: access === "PUBLIC" ? access : ("AWS_IAM" as const), functionArn: "" }];
  });
  const document = openApi({ title: "", region: "", partition: "", corsAllowOrigin: "", routes });
  // The forms and the answers do not depend on the addresses.
  const target = { url: "", service: "execute-api" } as const;
  return publicDocument(
    document,
    "",
    Object.fromEntries(routes.map(({ contract }) => [contract.route.path, target])),
  );
}

/**
 * The models that have a form on the page: the public models, and the models that signed-in users may call. A form shows the answer
 * of one request, and an asynchronous model answers with the address of its result.
 */
export function pageModels({ models, website }: Pick<ParsedEnvironment, "models" | "website">): string[] {
  const signedIn = website?.signIn?.models.map(({ model }) => model) ?? [];
  return Object.entries(models).flatMap(([model, settings]) =>
    asyncOf(settings) === undefined && (settings.access === "PUBLIC" || signedIn.includes(model))
      ? [model]
      : [],
  );
}
