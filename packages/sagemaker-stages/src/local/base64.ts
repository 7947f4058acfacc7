/** Whether `text` is base64, with or without padding. Node.js's decoder would skip invalid characters. */
export function isBase64(text: string): boolean {
  const encoded = Buffer.from(text, "base64").toString("base64");
  return encoded === text || encoded.replace(/={1,2}$/, "") === text;
}
