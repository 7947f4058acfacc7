/** What keeps a smoke test from asking anything. The message says what was found and what to do. */
export class CannotAsk extends Error {
  override readonly name = "CannotAsk";
}
