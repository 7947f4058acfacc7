/**
 * The `fetch` of a page with a sign-in. The build replaces the browser's `fetch` by this function in the whole script, and only if
 * the environment has `signIn`: the modules of the page do not know the sign-in, and a page without sign-in has no code for it.
 */
import type { SignInTarget, WebsiteConfig } from "../config";
import type { PublicDocument } from "../public-document";
import { SignInRefused } from "./sign-in-code-flow";
import { Session } from "./sign-in-session";
import { type RequestToSign, signRequest, withStrictQuery } from "./sign-in-signature";

/** Resolves as soon as the page knows whether the user has signed in. */
let started: (session: Session | undefined) => void;
const session = new Promise<Session | undefined>((resolve) => {
  started = resolve;
});

/** Sends a request as the browser's `fetch` does. */
export async function fetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  switch (input) {
    case "config.json":
      return await fetchConfig(input, init);
    case "openapi.json":
      return await fetchDocument(input, init);
    default:
      return await sendSigned(input, init);
  }
}

let isStarting = false;

/** Reads the page's configuration, and completes a sign-in if the user comes from the sign-in form. */
async function fetchConfig(address: string, init?: RequestInit): Promise<Response> {
  // A view can read the configuration again.
  if (isStarting) return await globalThis.fetch(address, init);
  isStarting = true;
  try {
    const response = await globalThis.fetch(address, init);
    const copy: WebsiteConfig | undefined = response.ok ? await response.clone().json() : undefined;
    started(copy?.signIn === undefined ? undefined : await Session.start(copy.signIn, copy.stageUrl));
    return response;
  } finally {
    // Has no effect after the start. Without a configuration, the page shows its own failure.
    started(undefined);
  }
}

/** The document with the routes that this user may call: the page has no form for any other route. */
async function fetchDocument(address: string, init?: RequestInit): Promise<Response> {
  const response = await globalThis.fetch(address, init);
  if (!response.ok) return response;
  const document: PublicDocument = await response.json();
  const known = await session;
  known?.showRoutes(document);
  const paths = Object.entries(document.paths).filter(([path]) => known?.isClosed(path) !== true);
  return new Response(JSON.stringify({ ...document, paths: Object.fromEntries(paths) }));
}

/**
 * A request to a model of the sign-in goes to the model's own address, signed with the user's temporary credentials, or with the
 * user's ID token.
 */
async function sendSigned(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const known = await session;
  const { origin, pathname, search } = new URL(
    input instanceof Request ? input.url : input,
    document.baseURI,
  );
  const target = known?.targetOf(`${origin}${pathname}`);
  if (known === undefined || target === undefined) return await globalThis.fetch(input, init);
  // The browser writes the body and its Content-Type, whether the body is a text, a file or a form.
  const request = new Request(input, init);
  const { method, signal, credentials, cache, redirect, referrerPolicy, keepalive } = request;
  const url = withStrictQuery(`${target.url}${search}`);
  const headers = new Headers(request.headers);
  const body = await request.arrayBuffer();
  try {
    const proof = await proofFor(known, target, { method, url, body });
    for (const [name, value] of Object.entries(proof)) headers.set(name, value);
  } catch (error) {
    if (error instanceof SignInRefused) return problem(401, "You are not signed in", error.message);
    throw error;
  }
  try {
    return await globalThis.fetch(url, {
      ...{ method, signal, credentials, cache, redirect, referrerPolicy, keepalive, headers },
      // The browser refuses a GET with a body.
      ...(body.byteLength === 0 ? {} : { body }),
    });
  } catch (error) {
    // An aborted request has another type of error. Without a network, no host answers.
    if (!(error instanceof TypeError) || navigator.onLine === false) throw error;
    // The form knows only the stage. The answer names the host that was called.
    const detail = `There was no answer from ${url.host}. A firewall or a proxy blocks it. Your input is still here: try again in a moment.`;
    return problem(503, "No answer", detail);
  }
}

/** The headers that authorize a request. @throws SignInRefused if the sign-in has ended or is refused */
async function proofFor(
  known: Session,
  { service }: SignInTarget,
  request: RequestToSign,
): Promise<Record<string, string>> {
  if (service === "token") return { authorization: known.idToken() };
  const credentials = await known.credentials();
  return await signRequest(request, credentials, { region: known.region, service }, new Date(known.now()));
}

/** An answer as from the stage, which the form shows. */
function problem(status: number, title: string, detail: string): Response {
  return new Response(JSON.stringify({ title, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
