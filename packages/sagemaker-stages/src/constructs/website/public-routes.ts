import type { ParsedEnvironment } from "../../environment/environment";
import type { Models } from "../../models";
import { type PublicDocument, publicDocument } from "../../page/public-document";
import { openApi } from "../api/openapi";

/**
 * The public document of an environment without values of a deployment. The page's files and headers are created from it
 * before the stage exists.
 *
 * @param served - the environment's models
 * @param models - the app's models
 * @throws Error if a public route's description names an ARN, an account or a value of the deployment
 */
export function publicRoutes(served: ParsedEnvironment["models"], models: Models): PublicDocument {
  const routes = Object.entries(served).flatMap(([name, { access }]) => {
    const contract = models[name];
    return access === "PUBLIC" && contract !== undefined ? [{ contract, access, functionArn: "" }] : [];
  });
  const document = openApi({ title: "", region: "", partition: "", corsAllowOrigin: "", routes });
  return publicDocument(document, "");
}
