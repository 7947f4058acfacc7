/**
 * The traffic that a rule of a security group allows, as a text: `tcp 443`, `udp 1000-2000 over IPv6`, `every
 * protocol`.
 */
const PORTS = /^(every protocol|\S+)(?: (\d+)(?:-(\d+))?)?( over IPv6)?$/;

/** Whether the outer rule allows everything that the inner rule allows. The answer is no in case of doubt. */
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

/** Without ports, the bounds are NaN: the range neither contains another range nor is contained. */
function rangeOf([, , first, last = first]: RegExpExecArray): readonly [number, number] {
  return [Number(first), Number(last)];
}
