/** What Terraform said, without white space and the frame around errors: it breaks its lines where it likes. */
export function squashed(output: string): string {
  return output.replaceAll(/[│╷╵\s]+/g, "");
}
