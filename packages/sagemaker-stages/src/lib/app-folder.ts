/** The app's folder: every command runs in this folder, as `cdktf` and `npm run` do. */
export function appFolder(): string {
  return process.cwd();
}
