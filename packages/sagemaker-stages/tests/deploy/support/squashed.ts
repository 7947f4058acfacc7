/** The output of Terraform without white space and the frame around errors, because Terraform breaks lines anywhere. */
export function squashed(output: string): string {
  return output.replaceAll(/[│╷╵\s]+/g, "");
}
