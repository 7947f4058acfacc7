/** Attributes that hold the variables of a program: of functions, containers, jobs, stages. In words, in lower case. */
const VARIABLES =
  /(?:^| )(?:env|environment|environment variables?|env vars?|variables|default arguments|job parameters)$/;

/** Names of things that are secrets, whatever Terraform's provider thinks of them. In words, in lower case. */
const SECRET =
  /(?:^| )(?:passwords?|passwd|pwd|passphrase|secrets?|tokens?|credentials?|apikey|(?:private|api|secret|signing|access|session|auth|shared) ?keys?)(?: (?:value|string|text|plain|base64|hash|old|new|\d+))?$/;

/** Whether what is below the name is the variables of a program. */
export const isOfVariables = remembering((name) => VARIABLES.test(inWords(name)));

/** Whether a value of this name is a secret. */
export const isSecretName = remembering((name) => SECRET.test(inWords(name)));

/** Plans have few names, and each of them many times. */
function remembering(judge: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const judged = known.get(name) ?? judge(name);
    known.set(name, judged);
    return judged;
  };
}

/** `dbPassword`, `DB_PASSWORD` and `db-password` are `db password`. */
function inWords(name: string): string {
  return name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[^A-Za-z\d]+/g, " ")
    .trim()
    .toLowerCase();
}
