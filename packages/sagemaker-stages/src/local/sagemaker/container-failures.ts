import { randomUUID } from "node:crypto";

/** The invocation of a container that a function waits for. */
export interface PendingInvocation {
  /** The container did not answer, or its answer is no prediction; `cause` is a sentence for people. */
  fail(cause: string): void;
  /** The container answered with predictions. */
  end(): void;
}

/**
 * Why containers did not answer, for the callers of this machine's stages. SageMaker says no more than that the model
 * failed, and functions do not pass it on: on AWS the caller cannot start a container, but here the caller usually can.
 *
 * Causes are kept by session token: each process of a function has its own token and runs one invocation at a time.
 */
export class ContainerFailures {
  /** By session token; `undefined` while the process waits for no container. */
  private readonly causes = new Map<string, (() => string) | undefined>();

  /** A session token for a process of a function. */
  issueToken(): string {
    const sessionToken = randomUUID();
    this.causes.set(sessionToken, undefined);
    return sessionToken;
  }

  /** The process of this session token has ended. */
  revokeToken(sessionToken: string): void {
    this.causes.delete(sessionToken);
  }

  /**
   * @param sessionToken - of the client; other clients than this stage's functions read SageMaker's answer themselves
   * @param waiting - the cause, should the function stop waiting before the container answers
   */
  begin(sessionToken: string | undefined, waiting: () => string): PendingInvocation {
    let cause = waiting;
    const current = () => cause();
    if (sessionToken !== undefined && this.causes.has(sessionToken)) this.causes.set(sessionToken, current);
    return {
      fail: (sentence) => {
        cause = () => sentence;
      },
      end: () => {
        // The process may have given up, and wait for another invocation by now.
        if (sessionToken !== undefined && this.causes.get(sessionToken) === current) {
          this.causes.set(sessionToken, undefined);
        }
      },
    };
  }

  /** @returns the cause of the process's last invocation of a container, unless the container answered with predictions */
  take(sessionToken: string): string | undefined {
    const cause = this.causes.get(sessionToken)?.();
    if (this.causes.has(sessionToken)) this.causes.set(sessionToken, undefined);
    return cause;
  }
}
