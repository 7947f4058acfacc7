/**
 * Makes this process read TypeScript.
 *
 * @param form - the form of imports that load TypeScript: `require`, which includes static imports of a file that
 * `require` loaded, or also `import()`. The latter costs a thread: before Node.js 22.15, tsx resolves `import()` on a
 * separate thread.
 * @returns a promise that resolves when `import()` loads TypeScript. `require` loads TypeScript when the function returns.
 */
export type RegisterTypeScript = (form: "require" | "import()") => Promise<void>;

let registered: RegisterTypeScript | undefined;

/**
 * Sets the function that {@link readTypeScript} calls. The programs in `bin` call this function, because they load the
 * compiled engine before tsx: tsx parses every file that the process loads after the registration, including packages,
 * and Node.js reads the source map of each of these files.
 */
export function setTypeScript(register: RegisterTypeScript): void {
  registered = register;
}

/**
 * Makes this process read the app's TypeScript. To be called before a file of the app is loaded. Does nothing in a process
 * that another program started, e.g. `node --import tsx` or Jest: such a process reads TypeScript from its start.
 *
 * @param form - see {@link RegisterTypeScript}
 * @returns see {@link RegisterTypeScript}
 */
export async function readTypeScript(form: "require" | "import()"): Promise<void> {
  await registered?.(form);
}
