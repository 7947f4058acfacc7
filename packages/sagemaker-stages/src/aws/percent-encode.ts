/**
 * Encodes a name or value of a query for Signature Version 4. `encodeURIComponent` does not encode `!`, `'`, `(`, `)` and
 * `*` (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
 */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
