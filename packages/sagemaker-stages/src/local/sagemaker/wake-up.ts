/**
 * The wake-up of serverless endpoints, which sample models do not have: after the first request, an endpoint answers
 * `ModelNotReadyException` until its time is over (https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html).
 */
export class WakeUp {
  private readonly startedAt = new Map<string, number>();

  /** @param durationInMs - the time from the first request to the first answer; 0: the endpoints are always awake */
  constructor(
    private readonly durationInMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether an endpoint is still starting. The first call for an endpoint starts it. */
  isStarting(endpoint: string): boolean {
    if (this.durationInMs === 0) return false;
    const started = this.startedAt.get(endpoint);
    if (started === undefined) this.startedAt.set(endpoint, this.now());
    return this.now() - (started ?? this.now()) < this.durationInMs;
  }
}
