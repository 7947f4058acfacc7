import { randomUUID } from "node:crypto";

/** A running invocation of a container. */
export interface PendingInvocation {
  /**
   * Reports that the container did not answer, or that the answer is not a prediction. `cause` is a sentence for the
   * user.
   */
  fail(cause: string): void;
  /** Reports that the container answered with predictions. */
  end(): void;
}

/**
 * The function whose process has a session token. The token contains the name, because a URL that the function has signed is
 * valid after the end of its process and of the local stage, as on AWS.
 */
export function functionOfToken(sessionToken: string): string | undefined {
  return /^[0-9a-f-]{36}\/([\w-]+)$/.exec(sessionToken)?.[1];
}

/**
 * The reasons why containers did not answer, for the callers of the local stage. SageMaker reports only that the model
 * failed, and functions do not forward this report. On this machine, the caller usually can start the container.
 *
 * Causes are stored by session token: each process of a function has its own token and runs one invocation at a time.
 */
export class ContainerFailures {
  /** By session token; `undefined` while the process has no running invocation of a container. */
  private readonly causes = new Map<string, (() => string) | undefined>();

  /** Makes the session token of a function's process. @param functionName - default: no function has the token */
  issueToken(functionName?: string): string {
    const sessionToken = functionName === undefined ? randomUUID() : `${randomUUID()}/${functionName}`;
    this.causes.set(sessionToken, undefined);
    return sessionToken;
  }

  /** Removes the session token of a process that has ended. */
  revokeToken(sessionToken: string): void {
    this.causes.delete(sessionToken);
  }

  /**
   * @param sessionToken - the client's token; clients other than functions read SageMaker's answer themselves
   * @param waiting - the cause to report if the function's time ends before the container answers
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
        // The function may have timed out, and its process may already run another invocation.
        if (sessionToken !== undefined && this.causes.get(sessionToken) === current) {
          this.causes.set(sessionToken, undefined);
        }
      },
    };
  }

  /** @returns the cause of the process's last invocation; `undefined` if the container answered with predictions */
  take(sessionToken: string): string | undefined {
    const cause = this.causes.get(sessionToken)?.();
    if (this.causes.has(sessionToken)) this.causes.set(sessionToken, undefined);
    return cause;
  }
}
