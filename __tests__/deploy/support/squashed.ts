/**
 * What Terraform said through cdktf, without any white space, the frame around errors, and the stack's name with which
 * cdktf begins its lines: it does so in the middle of one of Terraform's, too, where that arrives in two parts.
 */
export function squashed(output: string, stackName: string): string {
  return output
    .split("\n")
    .map((line) => line.replace(new RegExp(`^\\s*${stackName}(?:\\s+|$)`), ""))
    .join("")
    .replaceAll(/[│╷╵\s]+/g, "");
}
