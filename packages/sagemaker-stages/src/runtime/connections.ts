import { type ClientRequest, request as requestHttp } from "node:http";
import type * as HttpsModule from "node:https";
import { connect as connectTcp, isIP, type Socket, type TcpNetConnectOpts } from "node:net";
import type * as TlsModule from "node:tls";
import { KEEP_ALIVE_IN_MS } from "./limits";

/**
 * Starts a `POST` to one server.
 *
 * @param path - the path with the query
 * @param headers - name, value, name, value, …; with Host and Content-Length
 * @returns the request without its body. `reusedSocket` is `true` if the connection was idle before: the server can close
 * an idle connection at the moment of the request.
 */
export type Post = (path: string, headers: readonly string[]) => ClientRequest;

/**
 * Creates a client of one server. The client keeps connections open between requests, and opens the first connection in
 * Lambda's init phase, so that no request waits for the TLS handshake.
 *
 * An agent of Node.js keeps connections, too. But it copies the options of each request several times, computes a key of
 * the server for each request, and reads the headers of each answer: a fifth of the processor time of a request.
 */
export function createPost(url: URL): Post {
  const secure = url.protocol === "https:";
  // IPv6 addresses without their brackets.
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const port = Number(url.port) || (secure ? 443 : 80);
  // Required here, because the address on the local stage is `http://`: TLS would delay each start of a function.
  const request = secure ? (require("node:https") as typeof HttpsModule).request : requestHttp;
  const connect: (options: TcpNetConnectOpts & { readonly servername: string }) => Socket = secure
    ? (require("node:tls") as typeof TlsModule).connect
    : connectTcp;

  const open = () =>
    connect({ host, port, servername: isIP(host) ? "" : host })
      // The request reports the failure of its connection. The failure of an idle connection is ignored.
      .on("error", () => {})
      // Without the delay of Nagle's algorithm, as in the agents of Node.js: it would hold back the last part of a body.
      .setNoDelay()
      .setKeepAlive(true, KEEP_ALIVE_IN_MS);

  /** The connections without a request, from the longest idle to the shortest. */
  const idle: Socket[] = [open().unref()];

  return (path, headers) => {
    let wasIdle = false;
    const createConnection = () => {
      for (let socket = idle.pop(); socket; socket = idle.pop()) {
        // Data that arrived before the request is not an answer, but the client would read it as an answer.
        wasIdle = socket.writable && socket.readableLength === 0;
        if (wasIdle) return socket.ref();
        socket.destroy();
      }
      return open();
    };
    const outgoing = request({ host, port, method: "POST", path, headers, createConnection });
    outgoing.reusedSocket = wasIdle;
    // Without an agent, Node.js would close the connection after the answer.
    outgoing.shouldKeepAlive = true;
    // `once`, because older versions of Node.js can emit `close` twice: the connection would serve two requests at a time.
    // `requestOnFinish` of 20.20 does not check whether the request has ended, 22.23 does
    // (https://github.com/nodejs/node/blob/v20.20.2/lib/_http_client.js).
    return outgoing.once("close", () => {
      if (outgoing.socket?.writable) idle.push(outgoing.socket.unref());
    });
  };
}
