import { STAGE_ORIGIN, type WebsiteFile } from "../page/build";
import type { SignInConfig, WebsiteConfig } from "../page/config";
import { securityHeaders, signInSources } from "../page/headers";
import { publicDocument, shownMediaTypes } from "../page/public-document";
import type { HttpResponse } from "./http";

/**
 * The files of a stage's page by file name: the objects of the bucket with the headers of the distribution.
 *
 * @param stageUrl - the stage's URL, e.g. `http://127.0.0.1:3000/dev`
 * @param openApi - the API's OpenAPI document, parsed
 * @param files - the page's files from the synthesis
 * @param caveats - the reasons why answers are not predictions, by the name of the model
 * @param signIn - the sign-in of the page's users. Default: none
 * @throws Error if a public route's description names an ARN, an account or a value of the deployment
 */
export function websiteFor(
  stageUrl: string,
  openApi: unknown,
  files: readonly WebsiteFile[],
  caveats: Readonly<Record<string, string>> = {},
  signIn?: SignInConfig,
): Map<string, HttpResponse> {
  const { origin } = new URL(stageUrl);
  const published = publicDocument(openApi, stageUrl, signIn?.targets);
  const sources = [origin, ...signInSources(signIn)];
  const headers = { "Cache-Control": "no-cache", ...securityHeaders(sources, shownMediaTypes(published)) };
  const answer = (contentType: string, body: string): HttpResponse => ({
    status: 200,
    headers: { "Content-Type": contentType, ...headers },
    body,
  });
  const config: WebsiteConfig = {
    stageUrl,
    ...(Object.keys(caveats).length > 0 ? { caveats } : {}),
    ...(signIn === undefined ? {} : { signIn }),
  };
  return new Map([
    ...files.map(
      ({ name, contentType, body }) =>
        [name, answer(contentType, body.replaceAll(STAGE_ORIGIN, sources.join(" ")))] as const,
    ),
    ["config.json", answer("application/json", JSON.stringify(config))],
    ["openapi.json", answer("application/json", JSON.stringify(published))],
  ]);
}
