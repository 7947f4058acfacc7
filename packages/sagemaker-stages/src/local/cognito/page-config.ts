import type { SignInConfig, SignInTarget } from "../../page/config";
import { UnsupportedTerraform } from "../errors";
import type { Deployment, StageDefinition } from "../terraform/deployment";
import type { SignInDefinition } from "../terraform/sign-in";

/** The addresses of a sign-in on this machine. */
export interface SignInAddresses {
  readonly stageUrl: string;
  /** The page's URL. */
  readonly pageUrl: string;
  /** The URL of the server of the sign-in, without a slash at the end. */
  readonly signInUrl: string;
  /** Function URLs by the ARN of the function, without a slash at the end. */
  readonly functionUrls: ReadonlyMap<string, string>;
}

/**
 * The page's configuration, with the addresses of this machine.
 *
 * @throws UnsupportedTerraform if the page names a function URL that the stack does not have
 */
export function signInConfig(
  { region, issuer, clientId, identityPoolId, services }: SignInDefinition,
  stage: StageDefinition,
  deployment: Pick<Deployment, "functionUrls">,
  { stageUrl, pageUrl, signInUrl, functionUrls }: SignInAddresses,
): SignInConfig {
  const urlOf = (path: string, service: SignInTarget["service"]): string => {
    if (service !== "lambda") return `${stageUrl}${path}`;
    const arn = functionArnOf(path, stage, deployment);
    const url = arn === undefined ? undefined : functionUrls.get(arn);
    if (url === undefined) throw new UnsupportedTerraform(`config.json: got no function URL for ${path}`);
    return `${url}/`;
  };
  return {
    region,
    domainUrl: signInUrl,
    clientId,
    redirectUrl: pageUrl,
    issuer,
    identityPoolId,
    identityPoolUrl: `${signInUrl}/`,
    targets: Object.fromEntries(
      Object.entries(services).map(([path, service]) => [path, { url: urlOf(path, service), service }]),
    ),
  };
}

/** The function with a URL that also answers the route. */
function functionArnOf(
  path: string,
  { openApi }: StageDefinition,
  { functionUrls }: Pick<Deployment, "functionUrls">,
): string | undefined {
  const uris = openApi.methods.flatMap((method) =>
    method.path === path && method.integration.type === "aws_proxy" ? [method.integration.uri] : [],
  );
  return functionUrls.find(({ functionArn }) => uris.some((uri) => uri.includes(`${functionArn}/`)))
    ?.functionArn;
}
