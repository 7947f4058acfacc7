/** A kind of credential. */
interface Shape {
  /** One of these is in every text that holds one: looked for first, because that is quick. */
  readonly hints: readonly string[];
  /** The group is the secret, where it is not all. */
  readonly pattern: RegExp;
}

/** Texts that are credentials by their shape, wherever they stand. */
const SHAPES: readonly Shape[] = [
  // The ids of AWS's keys.
  { hints: ["AKIA", "ASIA"], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  // Tokens of GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic and Hugging Face.
  { hints: ["gh"], pattern: /\bgh[pousr]_[A-Za-z0-9]{20,}/g },
  { hints: ["github_pat_"], pattern: /\bgithub_pat_\w{20,}/g },
  { hints: ["glpat-"], pattern: /\bglpat-[\w-]{20,}/g },
  { hints: ["xox"], pattern: /\bxox[abprs]-[\w-]{10,}/g },
  { hints: ["k_live", "k_test"], pattern: /\b[sr]k_(?:live|test)_\w{10,}/g },
  { hints: ["sk-"], pattern: /\bsk-[A-Za-z0-9_-]{20,}/g },
  { hints: ["hf_"], pattern: /\bhf_[A-Za-z0-9]{20,}/g },
  // JSON Web Tokens, and what HTTP authorizes with.
  { hints: ["eyJ"], pattern: /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g },
  { hints: ["Bearer", "Basic"], pattern: /\b(?:Bearer|Basic)\s+([A-Za-z0-9._~+/-]{8,}=*)/g },
  {
    hints: ["PRIVATE KEY"],
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  },
  // A URL's user, and `NAME=value` of a shell.
  { hints: ["://"], pattern: /:\/\/([^\s/?#@"']{1,200}:[^\s/?#@"']{1,200})@/g },
  {
    hints: ["="],
    pattern: /(?<=\b(?:\w{0,60}_)?(?:password|passwd|secret|token|api_?key)=["']?)[^\s"',;&]{6,}/gi,
  },
];

/** What AWS's secret keys are made of. */
const OF_SECRET_KEYS = /[A-Za-z0-9/+=._:-]{40,}/g;

/** Everything in `text` that is a credential by its shape. */
export function credentialsIn(text: string): string[] {
  const found = SHAPES.filter(({ hints }) => hints.some((hint) => text.includes(hint))).flatMap(
    ({ pattern }) => [...text.matchAll(pattern)].map(([all, secret]) => secret ?? all),
  );
  if (text.length >= 40) {
    found.push(...[...text.matchAll(OF_SECRET_KEYS)].flatMap(([word]) => (isSecretKey(word) ? word : [])));
  }
  return found;
}

/** Forty characters of base64, and no hash in hexadecimal digits. */
function isSecretKey(word: string): boolean {
  return (
    word.length === 40 &&
    /^[A-Za-z0-9/+]+$/.test(word) &&
    /[A-Z]/.test(word) &&
    /[a-z]/.test(word) &&
    /\d/.test(word)
  );
}
