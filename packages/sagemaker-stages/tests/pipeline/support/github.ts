import http from "node:http";
import type { AddressInfo } from "node:net";

/** A comment at a pull request. */
export interface Comment {
  readonly id: number;
  readonly body: string;
  readonly user: { readonly login: string };
}

/** A pull request, as far as it matters. */
export interface PullRequest {
  readonly number: number;
  readonly merged_at: string | null;
  readonly merge_commit_sha: string;
  readonly head: { readonly sha: string; readonly ref: string };
  readonly base: { readonly ref: string };
}

/** A run of a workflow. */
export interface Run {
  readonly id: number;
  readonly path: string;
  readonly event: string;
  readonly head_branch: string;
  readonly head_sha: string;
  readonly conclusion: string;
  readonly created_at: string;
  /** Of the last attempt. */
  readonly run_started_at: string;
  readonly head_repository: { readonly full_name: string };
}

/** What an upload left. */
export interface Artifact {
  readonly name: string;
  readonly expired: boolean;
}

/** What a repository holds. */
export interface Repository {
  /** The commit that main is. */
  main: string;
  comments: Comment[];
  pullRequests: PullRequest[];
  runs: Run[];
  artifacts: ReadonlyMap<number, readonly Artifact[]>;
}

/** The repository that is played, and the token that opens it. */
export const REPOSITORY = "octo-org/stages";
export const TOKEN = "token-of-the-job";

/** As many as a page of GitHub's holds at most. */
const PAGE = 100;

/** The part of GitHub's REST API that the pipelines ask, for one repository. */
export class GitHub {
  readonly holds: Repository = { main: "", comments: [], pullRequests: [], runs: [], artifacts: new Map() };
  /** Every request that changes something. */
  readonly changes: string[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => {
      body += text;
    });
    request.on("end", () => {
      const isOpen = request.headers.authorization === `token ${TOKEN}`;
      const url = new URL(request.url ?? "", this.url);
      const answer = isOpen ? this.answer(request.method ?? "", url, body) : undefined;
      response.writeHead(answer === undefined ? 404 : 200, {
        "Content-Type": "application/json",
        ...(answer?.link === undefined ? {} : { Link: answer.link }),
      });
      response.end(JSON.stringify(answer?.json ?? { message: "Not Found" }));
    });
  });

  static async start(): Promise<GitHub> {
    const github = new GitHub();
    await new Promise<void>((resolve) => github.server.listen(0, "127.0.0.1", resolve));
    return github;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private answer(method: string, url: URL, body: string): { json: unknown; link?: string } | undefined {
    const [, path = ""] = decodeURIComponent(url.pathname).split(`/repos/${REPOSITORY}`);
    const { searchParams: query } = url;
    const [first, second, third, fourth] = path.split("/").slice(1);
    if (method !== "GET") this.changes.push(`${method} ${path}`);
    if (first === "commits" && third === "pulls") {
      return { json: this.holds.pullRequests.filter((pull) => pull.merge_commit_sha === second) };
    }
    if (path === "/git/ref/heads/main") return { json: { object: { sha: this.holds.main } } };
    if (path === "/pulls" && query.get("state") === "all") {
      const ofBranch = ({ head }: PullRequest) => `octo-org:${head.ref}` === query.get("head");
      return { json: this.holds.pullRequests.filter(ofBranch) };
    }
    if (path === "/actions/workflows/plan.yml/runs") {
      const runs = this.holds.runs.filter(
        (run) =>
          run.head_sha === query.get("head_sha") &&
          run.event === query.get("event") &&
          run.conclusion === query.get("status"),
      );
      return { json: { total_count: runs.length, workflow_runs: runs } };
    }
    if (second === "runs" && fourth === undefined) {
      const run = this.holds.runs.find(({ id }) => String(id) === third);
      return run && { json: run };
    }
    if (second === "runs" && fourth === "artifacts") {
      const artifacts = this.holds.artifacts.get(Number(third)) ?? [];
      return { json: { total_count: artifacts.length, artifacts } };
    }
    if (first === "issues" && third === "comments" && method === "GET") return this.page(url);
    if (first === "issues" && third === "comments") {
      const comment = {
        id: this.holds.comments.length + 1,
        ...(JSON.parse(body) as { body: string }),
        user: { login: "github-actions[bot]" },
      };
      this.holds.comments.push(comment);
      return { json: comment };
    }
    if (second === "comments" && method === "PATCH") {
      const told = JSON.parse(body) as { body: string };
      this.holds.comments = this.holds.comments.map((one) =>
        String(one.id) === third ? { ...one, ...told } : one,
      );
      return { json: {} };
    }
    return undefined;
  }

  private page(url: URL): { json: unknown; link?: string } {
    const page = Number(url.searchParams.get("page") ?? "1");
    const next = new URL(url);
    next.searchParams.set("page", String(page + 1));
    const { comments } = this.holds;
    return {
      json: comments.slice((page - 1) * PAGE, page * PAGE),
      ...(comments.length > page * PAGE ? { link: `<${next.href}>; rel="next"` } : {}),
    };
  }
}
