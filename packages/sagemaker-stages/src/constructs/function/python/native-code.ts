/** A Lambda architecture. */
export type Architecture = "arm64" | "x86_64";

/** Architecture and runtime of a compiled file in a package. */
export interface NativeCode {
  readonly file: string;
  /** `undefined`: an architecture or a format that Lambda does not support. */
  readonly architecture: Architecture | undefined;
  /** The matching Lambda runtime; `undefined` if the file does not depend on the version of Python. */
  readonly runtime: string | undefined;
}

/** `e_machine` of an ELF header (https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.eheader.html). */
const MACHINES: Readonly<Record<number, Architecture>> = { 62: "x86_64", 183: "arm64" };
const ELF = "\x7fELF";
const MACHINE_AT = 18;

/** Whether a file is a compiled library, e.g. `numpy/_core/_simd.cpython-313-aarch64-linux-gnu.so`. */
export function isNative(file: string): boolean {
  return /\.(so(\.\d+)*|pyd|dylib|dll)$/.test(file);
}

/** Reads the architecture and the runtime of a compiled library. */
export function readNativeCode(file: string, bytes: Uint8Array): NativeCode {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isElf = header.length > MACHINE_AT + 1 && header.toString("latin1", 0, ELF.length) === ELF;
  const [, major, minor] = /\.cpython-(\d)(\d+)[^/]*\.so$/.exec(file) ?? [];
  return {
    file,
    architecture: isElf ? MACHINES[header.readUInt16LE(MACHINE_AT)] : undefined,
    runtime: major === undefined ? undefined : `python${major}.${minor}`,
  };
}
