import type { Plan } from "./plan";

/** Terraform's own sentence: `Plan: 1 to import, 2 to add, 3 to change, 1 to destroy.` A replacement counts twice. */
export function planSentence({ resources }: Plan): string {
  const count = (action: string): number =>
    resources.filter(({ actions }) => (actions as readonly string[]).includes(action)).length;
  const imported = resources.filter((one) => one.imported).length;
  const forgotten = count("forget");
  const parts = [
    ...(imported === 0 ? [] : [`${imported} to import`]),
    `${count("create")} to add`,
    `${count("update")} to change`,
    `${count("delete")} to destroy`,
    ...(forgotten === 0 ? [] : [`${forgotten} to forget`]),
  ];
  return `Plan: ${parts.join(", ")}.`;
}
