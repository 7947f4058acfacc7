/** What a rule of a security group lets in, as a text: `tcp 443`, `udp 1000-2000 over IPv6`, `every protocol`. */
const PORTS = /^(every protocol|\S+)(?: (\d+)(?:-(\d+))?)?( over IPv6)?$/;

/** Whether the one text lets in whatever the other does. The answer is no where it is not certain. */
export function coversPorts(outer: string, inner: string): boolean {
  if (outer === inner) return true;
  const [wide, narrow] = [PORTS.exec(outer), PORTS.exec(inner)];
  if (wide === null || narrow === null || wide[4] !== narrow[4]) return false;
  if (wide[1] === "every protocol") return true;
  if (wide[1] !== narrow[1]) return false;
  const [first, last] = rangeOf(wide);
  const [innerFirst, innerLast] = rangeOf(narrow);
  return first <= innerFirst && innerLast <= last;
}

/** Of no ports, a range that neither is in another one nor has one in it. */
function rangeOf([, , first, last = first]: RegExpExecArray): readonly [number, number] {
  return [Number(first), Number(last)];
}
