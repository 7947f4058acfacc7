/** Texts that are credentials by their shape, wherever they stand. The group is the secret, where it is not all. */
const SHAPES: readonly RegExp[] = [
  // AWS's keys: the id, and forty characters of base64 that are no hash in hexadecimal digits.
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /(?<![A-Za-z0-9/+=._:-])(?=[A-Za-z0-9/+]*[A-Z])(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=._:-])/g,
  // Tokens of GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic and Hugging Face.
  /\bgh[pousr]_[A-Za-z0-9]{20,}/g,
  /\bgithub_pat_\w{20,}/g,
  /\bglpat-[\w-]{20,}/g,
  /\bxox[abprs]-[\w-]{10,}/g,
  /\b[sr]k_(?:live|test)_\w{10,}/g,
  /\bsk-[A-Za-z0-9_-]{20,}/g,
  /\bhf_[A-Za-z0-9]{20,}/g,
  // JSON Web Tokens, and what HTTP authorizes with.
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b(?:Bearer|Basic)\s+([A-Za-z0-9._~+/-]{8,}=*)/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // A URL's user, `NAME=value`, and an option of a command.
  /:\/\/([^\s/?#@"']{1,200}:[^\s/?#@"']{1,200})@/g,
  /\b\w*(?:password|passwd|secret|token|api_?key)\w*=["']?([^\s"',;&]{6,})/gi,
];

/** Everything in `text` that is a credential by its shape. */
export function credentialsIn(text: string): string[] {
  return SHAPES.flatMap((shape) => [...text.matchAll(shape)].map(([all, secret]) => secret ?? all));
}
