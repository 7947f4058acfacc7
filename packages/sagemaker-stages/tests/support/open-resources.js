const { ChildProcess } = require("node:child_process");
const { Server, Socket } = require("node:net");
const { setImmediate: turn, setTimeout: wait } = require("node:timers/promises");

/** The time in which a server, a connection or a process ends that the test file has closed, in milliseconds. */
const MAX_WAIT_IN_MS = 10_000;
const PAUSE_IN_MS = 10;

/**
 * Records what keeps this process alive now, and the timers and requests that a test file starts from now on.
 *
 * @param global - the global object of the test file
 * @returns a function that describes what has been opened since, and is still open; or first the answers of `fetch` that
 * have not been read, even if the garbage collection would close their connections in time. It waits for servers, connections
 * and processes that are being closed, but not for timers
 */
exports.openResources = (global) => {
  const before = new Set(active());
  const timers = ["setTimeout", "setInterval"].map((name) => startedTimers(global, name));
  const unread = unreadAnswers(global);
  const left = () => active().filter((one) => !before.has(one));
  return async (maxWaitInMs = MAX_WAIT_IN_MS) => {
    // An unread answer of more than 64 KiB keeps its connection until the garbage collection.
    const answers = unread();
    if (answers.length > 0) return answers;
    const end = performance.now() + maxWaitInMs;
    while (left().length > 0 && performance.now() < end) await wait(PAUSE_IN_MS);
    // The end of a server or a process clears its timers. Nothing clears another timer.
    await turn();
    const leftTimers = timers.flatMap((running) => running());
    return [...left().map(describe), ...leftTimers.map((timer) => `a timer of ${timer._idleTimeout} ms`)];
  };
};

/** Servers, connections, processes and watchers; and requests that run, such as the look-up of a host. */
function active() {
  // Node.js opens the outputs of a process at the first use, and the process keeps them.
  const outputs = [process.stdout, process.stderr];
  return [...process._getActiveHandles(), ...process._getActiveRequests()].filter(
    (one) => !outputs.includes(one),
  );
}

/** Returns a function that finds the running timers that were started with a function of `global`. */
function startedTimers(global, name) {
  const start = global[name];
  const started = new Set();
  const recorded = (...args) => {
    const timer = start(...args);
    started.add(new WeakRef(timer));
    return timer;
  };
  // `util.promisify` reads a property of the function.
  Object.defineProperties(recorded, Object.getOwnPropertyDescriptors(start));
  global[name] = recorded;
  return () =>
    [...started].flatMap((reference) => {
      const timer = reference.deref();
      return timer === undefined || timer._destroyed || !timer.hasRef() ? [] : [timer];
    });
}

/** Returns a function that describes the answers of `fetch` whose bodies have not been read or cancelled. */
function unreadAnswers(global) {
  const send = global.fetch;
  if (send === undefined) return () => [];
  const answers = new Set();
  global.fetch = async (input, init) => {
    const answer = await send(input, init);
    if (answer.body !== null) answers.add([init?.method ?? input.method ?? "GET", answer]);
    return answer;
  };
  return () =>
    [...answers]
      .filter(([, { bodyUsed, body }]) => !bodyUsed && !body.locked)
      // Without the query, because the query of a signed URL is a credential.
      .map(
        ([method, { url, status }]) => `the unread answer ${status} of ${method} ${url.replace(/\?.*/, "")}`,
      );
}

/** Handles and requests of Node.js have no documented description. */
function describe(handle) {
  if (handle instanceof ChildProcess) return `the process ${handle.pid} (${handle.spawnargs.join(" ")})`;
  if (handle instanceof Server) return `the server ${JSON.stringify(handle.address())}`;
  if (handle instanceof Socket) {
    const { localPort, remotePort } = handle;
    return remotePort === undefined ? "a pipe" : `the connection ${localPort} to ${remotePort}`;
  }
  return `a ${handle.constructor.name}`;
}
