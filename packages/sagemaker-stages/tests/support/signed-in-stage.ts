import { createApp } from "../../src/app/create-app";
import type { Environment } from "../../src/environment/environment";
import { appFolder } from "../../src/lib/app-folder";
import { banner } from "../../src/local/banner";
import { TRIAL_USER } from "../../src/local/cognito/user-pool";
import { exampleStandIns } from "../../src/local/example-stand-ins";
import { LocalIssuer } from "../../src/local/issuer";
import { loadSamples } from "../../src/local/samples";
import { LocalStage } from "../../src/local/stage";
import { readDeployments } from "../../src/local/synthesize";
import type { SignInConfig } from "../../src/page/config";
import { BEFORE_EVERY_END } from "../../src/testing/clock";
import { makeTempFolder, removeFolder } from "../../src/testing/temp-folder";
import { models } from "./app";
import { fetchWhole } from "./fetch-whole";

/** The answer of the token endpoint. */
export type Tokens = Readonly<Record<"id_token" | "access_token" | "refresh_token", string>>;

/** The answer of the identity pool. */
export type TemporaryCredentials = Readonly<Record<"AccessKeyId" | "SecretKey" | "SessionToken", string>>;

/** A local stage with the sign-in of one environment, and a clock that a test sets. */
export class SignedInStage {
  private constructor(
    readonly stage: LocalStage,
    readonly name: string,
    /** Signs the tokens of the local user pool. */
    readonly issuer: LocalIssuer,
    /** The page's configuration. */
    readonly config: SignInConfig,
    private readonly clock: { offsetInMs: number; log: string },
    private readonly outdir: string,
    /** The text that the terminal shows after the start. */
    readonly banner: string,
  ) {}

  /** Synthesizes an environment with `website.signIn`, and serves the environment. */
  static async start(environment: Environment): Promise<SignedInStage> {
    const outdir = makeTempFolder();
    const clock = { offsetInMs: 0, log: "" };
    const now = () => Date.now() + clock.offsetInMs;
    const issuer = new LocalIssuer(now);
    const containers = new Map([
      ...exampleStandIns(models),
      ...loadSamples(appFolder(), { blazingText: false }),
    ]);
    const stage = new LocalStage({
      port: 0,
      containers,
      log: (text) => {
        clock.log += text;
      },
      issuer,
      now,
    });
    try {
      const { name } = environment;
      const options = { accountStacks: false, pages: true, placeholders: true, outdir };
      createApp({ models, environments: [environment], now: BEFORE_EVERY_END, ...options }).synth();
      await stage.listen();
      const deployments = readDeployments(outdir, [name]);
      await stage.serve(deployments);
      const response = await fetch(`${stage.url}/website/${name}/config.json`);
      const { signIn } = (await response.json()) as { signIn: SignInConfig };
      const shown = banner(stage, deployments, containers);
      return new SignedInStage(stage, name, issuer, signIn, clock, outdir, shown);
    } catch (error) {
      await stage.close();
      removeFolder(outdir);
      throw error;
    }
  }

  /** The page's URL. */
  get pageUrl(): string {
    return this.config.redirectUrl;
  }

  /** The stage's URL. */
  get stageUrl(): string {
    return `${this.stage.url}/${this.name}`;
  }

  /** The log so far. */
  get log(): string {
    return this.clock.log;
  }

  /** Moves the clock of the stage. @param offsetInMs - the difference from the clock of this machine */
  setClock(offsetInMs: number): void {
    this.clock.offsetInMs = offsetInMs;
  }

  /** Ends the stage. */
  async close(): Promise<void> {
    await this.stage.close();
    removeFolder(this.outdir);
  }

  /** The parameters of a request for a code. The verifier is in {@link VERIFIER}. */
  authorization(changes: Readonly<Record<string, string>> = {}): URLSearchParams {
    const { clientId, redirectUrl } = this.config;
    return new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUrl,
      scope: "openid",
      state: "state-1",
      nonce: "nonce-1",
      code_challenge: CHALLENGE,
      code_challenge_method: "S256",
      ...changes,
    });
  }

  /** Sends the sign-in form of a request for a code. @returns the answer of the form */
  async sendForm(query: URLSearchParams, password: string = TRIAL_USER.password): Promise<Response> {
    const url = `${this.config.domainUrl}/login?${query}`;
    const form = await (await fetch(url)).text();
    const [, token = ""] = /name="_csrf" value="([^"]+)"/.exec(form) ?? [];
    const body = new URLSearchParams({ _csrf: token, username: TRIAL_USER.email, password });
    return await fetchWhole(url, { method: "POST", body, redirect: "manual" });
  }

  /** Signs in. @returns the code of the redirect */
  async code(changes: Readonly<Record<string, string>> = {}): Promise<string> {
    const response = await this.sendForm(this.authorization(changes));
    return new URL(response.headers.get("location") ?? "").searchParams.get("code") ?? "";
  }

  /** Exchanges a code for tokens. */
  async exchange(code: string, changes: Readonly<Record<string, string>> = {}): Promise<Response> {
    const { clientId, redirectUrl, domainUrl } = this.config;
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      client_id: clientId,
      redirect_uri: redirectUrl,
      code,
      code_verifier: VERIFIER,
      ...changes,
    });
    return await fetchWhole(`${domainUrl}/oauth2/token`, { method: "POST", body });
  }

  /** Signs in, and exchanges the code. */
  async signIn(): Promise<Tokens> {
    const response = await this.exchange(await this.code());
    if (!response.ok) throw new Error(`the token endpoint answered: ${await response.text()}`);
    return (await response.json()) as Tokens;
  }

  /** Requests new tokens with a refresh token. */
  async refresh(refreshToken: string): Promise<Response> {
    const form = {
      grant_type: "refresh_token",
      client_id: this.config.clientId,
      refresh_token: refreshToken,
    };
    return await fetchWhole(`${this.config.domainUrl}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams(form),
    });
  }

  /** Revokes a refresh token. */
  async revoke(token: string): Promise<Response> {
    const body = new URLSearchParams({ token, client_id: this.config.clientId });
    return await fetchWhole(`${this.config.domainUrl}/oauth2/revoke`, { method: "POST", body });
  }

  /** Calls the identity pool. */
  async identityPool(operation: string, body: object): Promise<Response> {
    return await fetchWhole(this.config.identityPoolUrl, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AWSCognitoIdentityService.${operation}`,
      },
      body: JSON.stringify(body),
    });
  }

  /** The logins of the identity pool for an id token. */
  logins(idToken: string): Record<string, string> {
    return { [this.config.issuer.replace("https://", "")]: idToken };
  }

  /** Exchanges an id token for temporary credentials. @throws Error if the identity pool refuses the token */
  async credentials(idToken: string): Promise<TemporaryCredentials> {
    const Logins = this.logins(idToken);
    const { IdentityId } = await this.ok("GetId", { IdentityPoolId: this.config.identityPoolId, Logins });
    const { Credentials } = await this.ok("GetCredentialsForIdentity", { IdentityId, Logins });
    return Credentials as TemporaryCredentials;
  }

  private async ok(operation: string, body: object): Promise<Record<string, unknown>> {
    const response = await this.identityPool(operation, body);
    if (!response.ok) throw new Error(`${operation}: ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  }
}

/** The verifier and its challenge in appendix B of RFC 7636. */
export const VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
