/**
 * The number of messages before the stage handles other events. A message wakes up a process, which the operating system can
 * prefer to the stage.
 */
const MESSAGES_PER_TURN = 8;

const waiting: (() => void)[] = [];

/**
 * Reports soon to a function's process that its caller has disconnected. If many callers disconnect at once, the stage handles other
 * events between the messages, and frees the endpoint for the first callers before the last processes have the message.
 */
export function sendDisconnect(send: () => void): void {
  waiting.push(send);
  if (waiting.length === 1) setImmediate(sendSome);
}

function sendSome(): void {
  for (const send of waiting.splice(0, MESSAGES_PER_TURN)) send();
  if (waiting.length > 0) setImmediate(sendSome);
}
