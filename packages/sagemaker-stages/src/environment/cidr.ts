/** A range of IPv4 addresses. */
export interface Cidr {
  /** The first address, as a number of 32 bits. */
  readonly address: number;
  /** Number of bits that all addresses share, 0–32. */
  readonly length: number;
}

const CIDR = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

/** The ranges that the internet does not route (https://www.rfc-editor.org/rfc/rfc1918#section-3). */
const PRIVATE: readonly Cidr[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].flatMap(
  (text) => parseCidr(text) ?? [],
);

/**
 * Parses a range, e.g. `10.0.0.0/16`.
 *
 * @returns `undefined` for a text that is not a range, and for a range that does not start at its first address, e.g.
 * `10.0.0.1/16`
 */
export function parseCidr(text: string): Cidr | undefined {
  const [, ...parts] = CIDR.exec(text) ?? [];
  const [a = 256, b = 256, c = 256, d = 256, length = 33] = parts.map(Number);
  if ([a, b, c, d].some((byte) => byte > 255) || length > 32) return undefined;
  // AWS returns a range without leading zeros, and Terraform would show a change of another spelling.
  if ([a, b, c, d].join(".") !== parts.slice(0, 4).join(".") || String(length) !== parts[4]) return undefined;
  const address = a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d;
  return address % sizeOf(length) === 0 ? { address, length } : undefined;
}

/** Whether all addresses of a range are private. */
export function isPrivate({ address, length }: Cidr): boolean {
  return PRIVATE.some(
    (range) =>
      length >= range.length && address >= range.address && address < range.address + sizeOf(range.length),
  );
}

/** One of the 2^`bits` equal parts of `range`, counted from 0, e.g. `10.0.32.0/19`. */
export function partOf({ address, length }: Cidr, bits: number, index: number): string {
  const first = address + index * sizeOf(length + bits);
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256);
  return `${bytes.join(".")}/${length + bits}`;
}

/** Number of addresses in a range. */
function sizeOf(length: number): number {
  return 2 ** (32 - length);
}
