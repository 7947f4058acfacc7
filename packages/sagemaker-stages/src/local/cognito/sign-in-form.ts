import { escapeHtml } from "../../page/escape-html";
import type { HttpResponse } from "../http";

/** The headers of the sign-in form. No address of the form is stored or sent to another host. */
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cache-Control": "no-store",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

const STYLE = `
  :root { color-scheme: light dark; }
  body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#eef1f6, #14171c);
    color: light-dark(#1b2430, #e6e9ee); font: 1.0625rem/1.5 system-ui, sans-serif; }
  main { box-sizing: border-box; width: min(24rem, 100vw - 2rem); padding: 1.75rem; border-radius: 0.75rem;
    background: light-dark(#ffffff, #1e232b); box-shadow: 0 1px 3px rgb(0 0 0 / 0.2); }
  h1 { margin: 0 0 0.25rem; font-size: 1.375rem; }
  p { margin: 0 0 1.25rem; color: light-dark(#56606e, #a6b0bd); font-size: 0.9375rem; }
  p.failure { color: light-dark(#a2321f, #f2a48d); }
  label { display: block; font-weight: 600; }
  input { box-sizing: border-box; width: 100%; margin: 0.3rem 0 1rem; padding: 0.6rem 0.75rem; font: inherit; color: inherit;
    border: 1px solid light-dark(#8b95a3, #6c7785); border-radius: 0.4rem; background: transparent; }
  button { width: 100%; padding: 0.7rem; border: 0; border-radius: 0.4rem; background: #1f5fbf; color: #ffffff; font: inherit;
    font-weight: 600; cursor: pointer; }
`;

/** The sign-in form. @param token - the value that the form must send back. @param failure - why a sign-in failed */
export function signInForm(token: string, failure?: string): HttpResponse {
  return page(
    200,
    "Sign in",
    `<h1>Sign in</h1>
     <p${failure === undefined ? "" : ' class="failure" role="alert"'}>${escapeHtml(failure ?? "The local user pool of this machine")}</p>
     <form method="post">
       <input type="hidden" name="_csrf" value="${escapeHtml(token)}">
       <label for="username">Email</label>
       <input id="username" name="username" type="email" autocomplete="username" required autofocus>
       <label for="password">Password</label>
       <input id="password" name="password" type="password" autocomplete="current-password" required>
       <button type="submit">Sign in</button>
     </form>`,
  );
}

/** The page for a request that the user pool refuses, and that has no address to return to. */
export function refusalPage(code: string, explanation: string): HttpResponse {
  return page(
    400,
    "Error",
    `<h1>An error was encountered</h1><p>${escapeHtml(code)}: ${escapeHtml(explanation)}</p>`,
  );
}

function page(status: number, title: string, main: string): HttpResponse {
  const body = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title><style>${STYLE}</style></head><body><main>${main}</main></body></html>`;
  return { status, headers: HEADERS, body };
}
