import type { SignInConfig, SignInTarget } from "../config";
import type { PublicDocument } from "../public-document";
import { announce } from "./announce";
import { type Child, find, h } from "./dom";
import {
  completeSignIn,
  endFormSession,
  openSignInForm,
  revokeTokens,
  type SignedInUser,
  SignInRefused,
} from "./sign-in-code-flow";
import { type ExpiringCredentials, temporaryCredentials } from "./sign-in-identity-pool";

/** Tokens and credentials that expire within this time are not used, because a request takes time. */
const MARGIN_IN_MS = 30_000;

const ENDED = "Your sign-in has ended. Copy your input, and sign in again.";

/** One call of the identity pool. */
interface SharedCredentials {
  readonly credentials: Promise<ExpiringCredentials>;
  /** The time at which a new call is necessary: infinite while the call runs, and 0 after a failed call. */
  expiresAt: number;
}

/** The sign-in of this tab, with its element on the page. Tokens and credentials exist only in the memory of this object. */
export class Session {
  private user: SignedInUser | undefined;
  private known: SharedCredentials | undefined;
  private titles: readonly string[] = [];
  private readonly bar = h("section", { class: "card sign-in", "aria-label": "Sign-in" });
  private readonly stageUrl: string;
  /** Connects the tabs of this page in this browser. A message means that the user signs out. */
  private readonly tabs: BroadcastChannel;

  private constructor(
    private readonly config: SignInConfig,
    stageUrl: string,
  ) {
    this.stageUrl = stageUrl.replace(/\/$/, "");
    // Pages of other environments can have the same origin on the local stage.
    this.tabs = new BroadcastChannel(`sign-out ${config.clientId}`);
    this.tabs.addEventListener("message", () => void this.leave().then(() => location.reload()));
    find("views", HTMLElement).before(this.bar);
    this.showAddresses();
  }

  /** Completes a sign-in if the user comes from the sign-in form, and shows the result on the page. */
  static async start(config: SignInConfig, stageUrl: string): Promise<Session> {
    const session = new Session(config, stageUrl);
    session.show(h("p", {}, "Signing in …"));
    try {
      session.user = await completeSignIn(config);
      session.showState();
    } catch (error) {
      session.showSignedOut(
        error instanceof SignInRefused ? error.message : "The answer of the user pool is not readable.",
      );
    }
    return session;
  }

  /** The region in the scope of signatures. */
  get region(): string {
    return this.config.region;
  }

  /** Whether a route needs a signed-in user, and no user has signed in. */
  isClosed(path: string): boolean {
    return this.user === undefined && this.config.targets[path] !== undefined;
  }

  /** The model that a form of a route calls; `undefined` for a public route. @param url - the route's URL */
  targetOf(url: string): SignInTarget | undefined {
    return url.startsWith(this.stageUrl) ? this.config.targets[url.slice(this.stageUrl.length)] : undefined;
  }

  /** Shows the names of the models that need a sign-in. */
  showRoutes({ paths }: PublicDocument): void {
    this.titles = Object.keys(this.config.targets).flatMap((path) =>
      Object.values(paths[path] ?? {}).map(({ summary }) => summary ?? path),
    );
    this.bar.querySelector(".models")?.replaceChildren(this.invitation());
  }

  /**
   * The user's temporary credentials. Concurrent requests share one call of the identity pool.
   *
   * @throws SignInRefused if the sign-in has ended, or ends before the answer, or if the identity pool refuses the sign-in
   */
  async credentials(): Promise<ExpiringCredentials> {
    const idToken = this.idToken();
    const credentials = await this.sharedCredentials(idToken);
    if (this.idToken() !== idToken) throw new SignInRefused(ENDED);
    return credentials;
  }

  /** Has no `await`, so that a second request finds the call of the first request. */
  private sharedCredentials(idToken: string): Promise<ExpiringCredentials> {
    if (this.known !== undefined && this.known.expiresAt > this.now() + MARGIN_IN_MS) {
      return this.known.credentials;
    }
    const known: SharedCredentials = {
      credentials: temporaryCredentials(this.config, idToken),
      expiresAt: Number.POSITIVE_INFINITY,
    };
    this.known = known;
    known.credentials.then(
      ({ expiresAt }) => {
        known.expiresAt = expiresAt;
      },
      () => {
        known.expiresAt = 0;
      },
    );
    return known.credentials;
  }

  /** The time in milliseconds since 1970, by AWS's clock: AWS refuses a signature that is five minutes old. */
  now(): number {
    return Date.now() + (this.user?.clockOffsetInMs ?? 0);
  }

  /** The user's ID token. @throws SignInRefused if the sign-in has ended */
  idToken(): string {
    const { user } = this;
    if (user === undefined || user.expiresAt < this.now() + MARGIN_IN_MS) {
      if (user !== undefined) this.showSignedOut("Your sign-in has expired.");
      throw new SignInRefused(ENDED);
    }
    return user.idToken;
  }

  private showState(): void {
    const { user } = this;
    if (user === undefined) {
      this.showSignedOut();
      return;
    }
    const button = h("button", { type: "button", class: "quiet" }, "Sign out");
    button.addEventListener("click", () => void this.signOut());
    this.show(h("p", {}, "Signed in as ", h("b", {}, user.email)), button);
    announce(`Signed in as ${user.email}.`);
  }

  /** @param reason - the reason why a sign-in was refused or has ended. Default: the user has not signed in yet */
  private showSignedOut(reason?: string): void {
    this.user = undefined;
    this.known = undefined;
    const { redirectUrl } = this.config;
    const button = h("button", { type: "button" }, "Sign in");
    button.addEventListener("click", () => void openSignInForm(this.config));
    // The sign-in form redirects the user to this address, and only pages of this origin have the values of the sign-in.
    const isHere = new URL(redirectUrl).origin === location.origin;
    const failure = reason === undefined ? [] : [h("h2", {}, "You are not signed in"), h("p", {}, reason)];
    this.show(
      h("div", {}, ...failure, h("p", { class: "models" }, this.invitation())),
      isHere ? button : h("a", { href: redirectUrl }, "Open the page for the sign-in"),
    );
    if (reason !== undefined) announce(`You are not signed in. ${reason}`);
  }

  /** Names the function URLs in the sentence about the input, and the hosts of the sign-in in a second sentence. */
  private showAddresses(): void {
    const { domainUrl, identityPoolUrl, targets } = this.config;
    const functionUrls = Object.values(targets).flatMap(({ service, url }) =>
      service === "lambda" ? [url.replace(/\/$/, "")] : [],
    );
    find("stage-url", HTMLElement).after(...functionUrls.flatMap((url) => [" or ", address(url)]));
    const hosts = new Set([domainUrl, identityPoolUrl].map((url) => new URL(url).host));
    const named = [...hosts].flatMap((host, index) => [index === 0 ? " " : " and ", address(host)]);
    find("footer", HTMLElement).append(
      h("p", {}, "To sign in, this page connects to", ...named, ". It sends no input of a model there."),
    );
  }

  private invitation(): string {
    return this.titles.length === 0 ? "" : `Sign in to use ${new Intl.ListFormat("en").format(this.titles)}.`;
  }

  private show(...content: readonly Child[]): void {
    this.bar.replaceChildren(...content);
  }

  private async signOut(): Promise<void> {
    this.tabs.postMessage("sign-out");
    await this.leave();
    endFormSession(this.config);
  }

  /** Removes tokens and credentials from the memory, and revokes the tokens: each tab has its own tokens. */
  private async leave(): Promise<void> {
    const { user } = this;
    this.user = undefined;
    this.known = undefined;
    this.show(h("p", {}, "Signing out …"));
    if (user !== undefined) await revokeTokens(this.config, user);
  }
}

function address(text: string): HTMLElement {
  return h("span", { class: "address" }, text);
}
